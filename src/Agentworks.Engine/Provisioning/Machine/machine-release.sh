# ADMIN WORKSPACES. Undoes what bootstrap and initialization did to a machine that goes on without us. Installed packages with the sources
# that they come from, what install commands made, and the stricter kernel and home settings stay: others may rely on them by now. An admin user that
# bootstrap made goes last, detached, because the connection may be its own; one that was there before stays.
set -u
admin=$1 workspaces=$2
systemctl disable --now agentworks-private-proc.service agentworks-workspaces.service agentworks-mapped.service 2>/dev/null
rm -f /etc/systemd/system/agentworks-private-proc.service /etc/systemd/system/agentworks-workspaces.service /etc/systemd/system/agentworks-session@.service \
    /etc/systemd/system/agentworks-mapped.service /etc/systemd/system/sysinit.target.wants/agentworks-mapped.service \
    /etc/ssh/sshd_config.d/50-agentworks.conf /usr/lib/tmpfiles.d/agentworks.conf /etc/sysctl.d/60-agentworks.conf
mount -o remount,hidepid=0 /proc 2>/dev/null
systemctl daemon-reload
systemctl reload-or-restart ssh
if mountpoint -q "$workspaces" && [ -e /var/lib/agentworks/workspaces.btrfs ]; then
    umount "$workspaces"
    sed -i '\|^/var/lib/agentworks/workspaces.btrfs |d' /etc/fstab
fi
rmdir "$workspaces" 2>/dev/null
if grep -qs '^/var/lib/agentworks/swap ' /proc/swaps; then
    swapoff /var/lib/agentworks/swap
fi
sed -i '\|^/var/lib/agentworks/swap |d' /etc/fstab
rm -f /etc/profile.d/agentworks-path.sh /etc/profile.d/agentworks-environment.sh /run/agentworks-apt-updated
[ ! -e /etc/zsh/zprofile ] || sed -i '\|/etc/profile.d/agentworks-|d' /etc/zsh/zprofile
if [ -x /usr/lib/agentworks/git-credential-agentworks ]; then
    printf 'none\n' | (cd / && timeout -k 5 60 setpriv --reuid "$admin" --regid "$(id -g "$admin")" --init-groups --inh-caps=-all --no-new-privs -- \
        env -i HOME="$(getent passwd "$admin" | cut -d: -f6)" PATH=/usr/bin:/bin /usr/lib/agentworks/git-credential-agentworks apply)
fi
rm -rf /usr/lib/agentworks /etc/agentworks /var/lib/agentworks /var/log/agentworks /run/agentworks
rmdir /opt/agentworks 2>/dev/null
rm -f /etc/sudoers.d/agentworks
getent group agentworks-agents >/dev/null && groupdel agentworks-agents
if [ "$(getent passwd "$admin" | cut -d: -f5)" = 'Agentworks administrator' ]; then
    setsid sh -c "sleep 2; userdel -f -r '$admin' 2>/dev/null" </dev/null >/dev/null 2>&1 &
fi
exit 0
