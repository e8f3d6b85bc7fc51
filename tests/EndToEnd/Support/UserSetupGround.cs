using Agentworks.Agents;
using Agentworks.Events;
using Agentworks.Model;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>
/// Where users' set-ups are tried: real git repositories, served on the machine's loopback in the place of https://git.test/, and an agent.
/// mise and claude cannot be downloaded where the tests run, so executables stand in for them that speak the part of their documented
/// command lines that is used: for mise, ls --missing and --prunable, install with and without --locked, prune and activate; for claude,
/// plugin list and marketplace list with --json, marketplace add, and plugin install.
/// </summary>
public sealed class UserSetupGround(MachineFixture machine)
{
    public const string Agent = "setter";

    public const string LinuxUser = "agt-setter";

    private const string Mise = """
        #!/bin/sh
        store=$HOME/.local/share/mise/installs
        listed() { sed -n 's/^"\(.*\)" = "\(.*\)"$/\1 \2/p' "$HOME/.config/mise/config.toml" 2>/dev/null; }
        case "$*" in
        "ls --global --missing --no-header")
            listed | while read -r tool version; do [ "$(cat "$store/$tool/version" 2>/dev/null)" = "$version" ] || echo "$tool  $version (missing)  ~/.config/mise/config.toml  $version"; done ;;
        "ls --prunable --no-header")
            for tool in "$store"/*; do [ ! -d "$tool" ] || listed | grep -q "^${tool##*/} " || echo "${tool##*/}  1"; done ;;
        "install --yes" | "install --yes --locked")
            listed | {
                status=0
                while read -r tool version; do
                    if [ "${3-}" = --locked ] && ! grep -q "tools.$tool\]\]" "$HOME/.config/mise/mise.lock"; then
                        echo "mise ERROR Failed to install $tool@$version: it is not in the lockfile" >&2
                        status=1
                        continue
                    fi
                    mkdir -p "$store/$tool" && echo "$version" > "$store/$tool/version"
                done
                exit "$status"
            } ;;
        "prune --yes")
            for tool in "$store"/*; do [ ! -d "$tool" ] || listed | grep -q "^${tool##*/} " || rm -r "$tool"; done ;;
        "activate bash") echo 'export MISE_STAND_IN=active' ;;
        *) echo "mise ERROR unexpected argument: $*" >&2; exit 2 ;;
        esac
        """;

    private const string Claude = """
        #!/bin/sh
        mkdir -p ~/.claude/plugins
        cd ~/.claude/plugins || exit
        case "$*" in
        "plugin marketplace list --json") printf '['; [ ! -e market ] || printf '{"name":"tools","source":"github","repo":"%s","installLocation":"/x"}' "$(cat market)"; printf ']\n' ;;
        "plugin marketplace add "*) [ "$4" = acme/tools ] || { echo "Failed to add marketplace" >&2; exit 1; }; echo "$4" > market ;;
        "plugin list --json") printf '['; [ ! -e plugin ] || printf '{"id":"%s","version":"1.0.0","scope":"user","enabled":true}' "$(cat plugin)"; printf ']\n' ;;
        "plugin install "*" --scope user") [ -e market ] || { echo "Plugin not found in any marketplace" >&2; exit 1; }; echo "$3" > plugin ;;
        *) exit 1 ;;
        esac
        """;

    private const string Catalog = """
        [user_install_commands.greeter]
        command = "mkdir -p ~/bin && printf '#!/bin/sh\necho hello\n' > ~/bin/greeter && chmod +x ~/bin/greeter"
        path = ["~/bin"]
        test_exec = "greeter"
        [user_install_commands.claude-stand-in]
        command = "mkdir -p ~/.local/bin && cp /srv/claude ~/.local/bin/claude"
        path = ["~/.local/bin"]
        test_file = "~/.local/bin/claude"
        [user_install_commands.once]
        command = "echo ran >> ~/once"
        [user_install_commands.broken]
        command = "exit 4"
        [user_install_commands.liar]
        command = "echo done"
        test_dir = "~/liar"
        [user_install_commands.daemon]
        command = "(setsid sleep 20 &) ; touch ~/daemon"
        test_file = "~/daemon"
        [user_install_commands.root]
        command = "sudo -n touch /tmp/root"
        test_file = "/tmp/root"
        """;

    public async Task PrepareAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        await PlaceAsync("/usr/bin/mise", Mise);
        await PlaceAsync("/srv/claude", Claude);
        await RootAsync("""
            rm -rf /srv/git /srv/work
            mkdir -p /srv/git
            git init -q --bare -b main /srv/git/dots.git
            git clone -q /srv/git/dots.git /srv/work 2>/dev/null
            cd /srv/work
            git config user.name t
            git config user.email t@t
            mkdir part
            printf '#!/bin/sh\ncat word > ~/installed\n' > install.sh
            cp install.sh part/install.sh
            echo part > part/word
            chmod +x install.sh part/install.sh
            printf zero > word
            git add -A
            git commit -qm zero
            git tag -a -m v1 v1
            printf half > word
            git commit -qam half
            printf one > word
            git commit -qam one
            git branch side
            git push -q origin main side v1
            git config --system url."git://127.0.0.1/".insteadOf https://git.test/
            git daemon --base-path=/srv/git --export-all --reuseaddr --listen=127.0.0.1 --detach --pid-file=/srv/git/pid
            """);
    }

    public async Task ClearAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        if (machine.Engine.Agents.List().Any(agent => agent.Name == Agent))
        {
            await machine.Engine.Agents.RemoveAsync(Agent, cascade: true, NullEventSink.Instance, CancellationToken.None);
        }

        File.Delete(Path.Combine(machine.Home, "config.toml"));
        await RootAsync("kill $(cat /srv/git/pid); rm -rf /srv/git /srv/work /srv/claude /usr/bin/mise; git config --system --remove-section url.git://127.0.0.1/");
    }

    /// <summary>What the default agent template says, and the admin's section.</summary>
    public Task ConfigureAsync(string template, string admin = "") =>
        File.WriteAllTextAsync(Path.Combine(machine.Home, "config.toml"), $"[agent_templates.default]\n{template}\n[admin.config]\n{admin}\n{Catalog}\n");

    public async Task WriteDotsAsync()
    {
        var dots = Path.Combine(machine.Home, "dots");
        if (Directory.Exists(dots))
        {
            Directory.Delete(dots, recursive: true);
        }

        Directory.CreateDirectory(Path.Combine(dots, "sub"));
        Directory.CreateDirectory(Path.Combine(dots, ".git"));
        await File.WriteAllTextAsync(Path.Combine(dots, ".git", "index"), "not for machines");
        await File.WriteAllTextAsync(Path.Combine(dots, "word"), "one\n");
        await File.WriteAllTextAsync(Path.Combine(dots, "sub", "vimrc"), "set nu\n");
        await File.WriteAllTextAsync(Path.Combine(dots, "install.sh"), "#!/bin/sh\ncat word > ~/installed\n");
        File.SetUnixFileMode(Path.Combine(dots, "install.sh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(Path.Combine(dots, "link"), "sub/vimrc");
    }

    public Task<AgwAgent> CreateAsync() => machine.Engine.Agents.CreateAsync(new NewAgent { Name = Agent }, NullEventSink.Instance, CancellationToken.None);

    public Task<AgwInitialization> InitializeAsync() => machine.Engine.Agents.InitializeAsync(Agent, NullEventSink.Instance, CancellationToken.None);

    /// <summary>The hashes of main's commits, the oldest first.</summary>
    public async Task<string[]> CommitsAsync() => (await RootAsync("git -C /srv/work rev-list --reverse main")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Pushes a new version of a file.</summary>
    /// <returns>The commit's hash.</returns>
    public async Task<string> CommitAsync(string branch, string text, bool amend = false, string file = "word") => (await RootAsync($"""
        cd /srv/work
        git checkout -q {branch}
        mkdir -p "$(dirname {file})"
        printf '%s\n' '{text}' > {file}
        git add -A
        git commit -qm change {(amend ? "--amend" : string.Empty)}
        git push -q --force origin {branch}
        git rev-parse HEAD
        """)).Trim();

    private async Task PlaceAsync(string path, string program) =>
        await RootAsync($"cat > {path} <<'END'\n{program}\nEND\nchmod 0755 {path}");

    private async Task<string> RootAsync(string script)
    {
        var result = await machine.RootAsync("set -e\n" + script);
        Assert.True(result.ExitCode == 0, result.ErrorOutput);
        return result.Output;
    }
}
