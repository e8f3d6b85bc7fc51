# Says what a gateway's rules are, without what is learnt as it works, and after a line of its own which interfaces it has.
nft --stateless --terse list ruleset || exit
echo '# interfaces'
cut -d: -s -f1 /proc/net/dev
