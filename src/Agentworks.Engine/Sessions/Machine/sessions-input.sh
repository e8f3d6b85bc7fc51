# TEXT ENTER KEYS NAME…
text=$1 enter=$2 keys=$3
shift 3
for name in "$@"; do
    if ! agw_running "$name" || agw_ended "$name"; then
        agw_tell "$name" '!stopped' 'the session does not run'
        continue
    fi
    said=$(
        {
            # Pasted in one piece and, where the program asks for it, bracketed: its lines are text, not commands.
            if [ -n "$text" ]; then
                printf %s "$text" | agw_tmux "$name" load-buffer -b agentworks - &&
                    agw_tmux "$name" paste-buffer -p -d -b agentworks -t "=$name:"
            fi &&
                if [ -n "$keys$enter" ]; then agw_tmux "$name" send-keys -t "=$name:" $keys ${enter:+Enter}; fi
        } 2>&1
    ) || { agw_tell "$name" '!running' "$said"; continue; }
    agw_tell "$name" running
done
exit 0
