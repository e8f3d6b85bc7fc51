# What the examples of the help speak of: the machine dev, workspaces app, web and docs, agents coder, writer and reviewer, sessions fix, web, docs
# and test-1, the console day, and the snapshot clean of app. Each example finds all of it whole, whatever the one before did. Dot-source it after Machine.ps1.

# Programs that examples start and no machine here has; and repositories that they clone, under the addresses that they name.
$script:ground = @'
set -eu
for program in claude vim dotnet; do
    printf '#!/bin/sh\ncase $0 in */dotnet) exit 0 ;; esac\nwhile sleep 1000; do :; done\n' > "/usr/local/bin/$program"
    chmod 0755 "/usr/local/bin/$program"
done
git config --system --replace-all user.name Example
git config --system --replace-all user.email example@example.org
git config --system --add safe.directory /srv/git/app.git
mkdir -p /srv/git
if [ ! -d /srv/git/app.git ]; then
    git init -q -b main /srv/git/app && cd /srv/git/app && mkdir src && echo hello > README.md && echo code > src/code && git add . && git commit -qm 'First commit'
    git clone -q --bare /srv/git/app /srv/git/app.git
    chmod -R a+rwX /srv/git/app.git && setfacl -R -m d:u::rwx,d:g::rwx,d:o::rwx /srv/git/app.git
fi
for url in https://example.org/app.git https://github.com/me/app.git; do git config --system --add url.file:///srv/git/app.git.insteadOf "$url"; done
'@

# Machines that have it, by name and id.
$script:grounded = @{}

function Reset-World([switch] $WithOther) {
    $ProgressPreference = 'SilentlyContinue'
    $quiet = @{ Confirm = $false; WarningAction = 'SilentlyContinue' }
    Get-AgwWorkspacePool | ForEach-Object { Set-AgwWorkspacePool $_.Image -Platform $_.Platform -Count 0 @quiet }
    $wanted = @('dev') + @(if ($WithOther) { 'other' })
    Get-AgwVm -NoStatus | Where-Object Platform -EQ ssh | Remove-AgwVm -Forget -Cascade -Force @quiet
    Get-AgwVm -NoStatus | Where-Object { $_.Name -notin $wanted -or $_.State -notin 'Ready', 'Partial' } | Remove-AgwVm -Cascade -Force @quiet
    foreach ($name in $wanted) {
        $vm = Get-AgwVm -NoStatus | Where-Object Name -EQ $name
        if (-not $vm) { $vm = New-AgwVm $name -DiskGiB 4 -WarningAction SilentlyContinue }
        if ($vm.DesiredPower -ne 'Running') { $null = Start-AgwVm $name }
        if ($script:grounded[$name] -eq $vm.Id) { continue }
        $done = $script:ground | Invoke-AgwCommand -Vm $name 'sudo -n sh'
        if ($done.ExitCode -ne 0) { throw "The ground of the examples: $($done.ErrorOutput)" }
        $script:grounded[$name] = $vm.Id
    }

    Get-AgwJob -NoStatus | Remove-AgwJob -Force @quiet
    Get-AgwWorkspace | Where-Object { $_.Name -notin 'app', 'web', 'docs' -or $_.Vm -ne 'dev' -or $_.Path -notlike '/opt/agentworks/*' -or $_.Repository -ne 'https://example.org/app.git' } | Remove-AgwWorkspace -Cascade -Force @quiet
    $missing = @('app', 'web', 'docs') | Where-Object { $_ -notin (Get-AgwWorkspace).Name }
    foreach ($name in $missing) { $null = New-AgwWorkspace $name -Vm dev -Repository https://example.org/app.git }

    Get-AgwSnapshot -NoSize | Where-Object { $_.Name -ne 'clean' -or $_.Workspace -ne 'app' } | Remove-AgwSnapshot @quiet
    if (-not (Get-AgwSnapshot -Workspace app -NoSize)) { $null = New-AgwSnapshot clean app }

    Get-AgwAgent | Where-Object { $_.Name -notin 'coder', 'writer', 'reviewer' } | Remove-AgwAgent -Cascade -Force @quiet
    $missing = @('coder', 'writer', 'reviewer') | Where-Object { $_ -notin (Get-AgwAgent).Name }
    foreach ($name in $missing) { $null = New-AgwAgent $name -Vm dev }
    foreach ($name in 'coder', 'writer') {
        $has = (Get-AgwAgent $name).Grants | Where-Object Kind -EQ Explicit | ForEach-Object Workspace
        $lacks = @('app', 'docs') | Where-Object { $_ -notin $has }
        if ($lacks) { $null = Grant-AgwWorkspaceAccess $name $lacks }
    }

    $sessions = @{ fix = 'app', 'coder'; web = 'web', $null; docs = 'docs', 'writer'; 'test-1' = 'app', 'coder' }
    Get-AgwSession -NoStatus | Where-Object Name -NotIn $sessions.Keys | Remove-AgwSession @quiet
    $there = @(Get-AgwSession)
    foreach ($name in $sessions.Keys) {
        $workspace, $agent = $sessions[$name]
        $session = $there | Where-Object Name -EQ $name
        if ($session.Status -eq 'Running') { continue }
        if ($session) { Remove-AgwSession $name @quiet }
        $null = if ($agent) { New-AgwSession $name -Workspace $workspace -Agent $agent -Command claude } else { New-AgwSession $name -Workspace $workspace -Admin -Command claude }
    }

    $held = Get-AgwGitCredential -NoStatus
    $token = ConvertTo-SecureString 'of-the-operator' -AsPlainText -Force
    if (-not ($held | Where-Object { $_.Name -eq 'work' -and $_.Agent -eq 'coder' })) { Set-AgwGitCredential work -Agent coder -HostName github.com -Token $token }
    if (-not ($held | Where-Object { $_.Name -eq 'octo' -and -not $_.Agent })) { Set-AgwGitCredential octo -Vm dev -HostName github.com -Owner octocat -Token $token }

    $files = 'printf "%s\n" NOTES.md imported notes tools workspaces.json log results.json settings.py >> .git/info/exclude; rm -rf NOTES.md imported notes tools workspaces.json; echo hello > README.md; mkdir -p log; seq 100 > log/build.log; echo "{}" > results.json; printf "DEBUG = True\nPORT = 80\n" > settings.py'
    $null = Invoke-AgwCommand -Workspace app $files
    Get-AgwWorkspace web, docs | Invoke-AgwCommand 'rm -f NOTES.md' | Out-Null

    Get-AgwConsole -NoStatus | Remove-AgwConsole @quiet
    $null = New-AgwConsole day 'fix+2', docs, 'test-1'
    Get-AgwPortForward | Remove-AgwPortForward @quiet
    Get-AgwVmHost | Unregister-AgwVmHost
}
