# Every example of the help is run: on a real machine, as it stands on its page. An example that needs what no test can have here runs with
# -WhatIf, and says which that is.

BeforeDiscovery {
    . $PSScriptRoot/Machine.ps1
    $pages = Join-Path $PSScriptRoot '../../docs/help'
    $examples = foreach ($page in Get-ChildItem $pages -Filter '*-Agw*.md') {
        $section = ((Get-Content $page -Raw) -split '(?m)^## EXAMPLES$')[1] -split '(?m)^## ' | Select-Object -First 1
        foreach ($match in [regex]::Matches($section, '(?ms)^### ([^\n]+)\n.*?```powershell\n(.*?)```')) {
            @{ Cmdlet = $page.BaseName; Title = $match.Groups[1].Value; Code = $match.Groups[2].Value.Trim() }
        }
    }

    # What these need is not here: another Debian machine, a second disk, an account of Tailscale, a disk from elsewhere, a scheduler that is ours to change.
    $onlyWhatIf = 'New-AgwVm build1 -Address', '-Path /mnt/large/app', 'Remove-AgwVm old-server', 'tailscale', 'Tailscale', 'debian-12-nocloud', '/etc/cron.d'
    foreach ($example in $examples) {
        $example.WhatIf = [bool] ($onlyWhatIf | Where-Object { $example.Code.Contains($_) })
        $example.Interactive = $example.Cmdlet -match '^(Enter|Edit)-'
    }
    $why = Get-WhyNoMachine
}

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    . $PSScriptRoot/World.ps1
    . $PSScriptRoot/Legacy.ps1
    if (Get-WhyNoMachine) { return }
    $homeBefore = $env:AGENTWORKS_HOME
    $pathBefore = $env:PATH
    $root = Join-Path ([IO.Path]::GetTempPath()) "agentworks-machine-examples-$PID"
    $env:AGENTWORKS_HOME = Join-Path $root 'home'
    $bin = Join-Path $root 'bin'
    $work = Join-Path $root 'work'
    $null = New-Item $env:AGENTWORKS_HOME, $bin, $work -ItemType Directory -Force
    $env:PATH = "${bin}:$env:PATH"
    $env:EDITOR = 'true'
    foreach ($secret in 'GIT_CREDENTIALS_OCTO', 'github-work') { [Environment]::SetEnvironmentVariable($secret, 'of-the-operator') }
    $sshConfig = Join-Path $root 'ssh/config'
    $config = "[operator]`nssh_config = '$sshConfig'`n[paths]`nvscode_workspaces = '$root/code'`nbackups = '$root/backups'`n[vm_templates.small]`ndisk = 4`n[vm_templates.large]`ndisk = 8`n[git_credentials.work]`ntype = 'github'`n$unlimited`n"
    Set-Content (Join-Path $env:AGENTWORKS_HOME 'config.toml') $config

    # Programs of the operator's that examples call: VS Code, a scheduler, and ssh with the configuration that was just written.
    foreach ($program in 'code', 'systemd-run') { Set-Content (Join-Path $bin $program) "#!/bin/sh`nexit 0" }
    Set-Content (Join-Path $bin 'ssh') "#!/bin/sh`ncase `${1-} in awvm--*) exec /usr/bin/ssh -F '$sshConfig' `"`$@`" ;; mac-mini.local) exit 255 ;; esac`nexec /usr/bin/ssh `"`$@`""
    chmod +x (Join-Path $bin 'code') (Join-Path $bin 'systemd-run') (Join-Path $bin 'ssh')

    # What ~ is to the examples, with the database of agw in it.
    $userHome = Join-Path $root 'user'
    $null = New-Item (Join-Path $userHome '.config/agentworks') -ItemType Directory -Force
    $null = New-Item (Join-Path $userHome 'src') -ItemType Directory
    git init -q (Join-Path $userHome 'src/app')
    git -C (Join-Path $userHome 'src/app') -c user.name=Example -c user.email=example@example.org commit -q --allow-empty -m 'First commit'
    $null = New-Database -File (Join-Path $userHome '.config/agentworks/agentworks.db')

    # Runs the text in a runspace of its own, with what an operator would have at hand; what it wrote, and its errors. One that has no end is stopped
    # two seconds after it began; the others have time enough, which only keeps a broken one from running for ever.
    function Invoke-Example([string] $Code, [bool] $WhatIf, [string] $Folder) {
        $shell = [powershell]::Create()
        $begun = Join-Path $root 'begun'
        Remove-Item $begun -ErrorAction Ignore
        try {
            $null = $shell.AddScript(@"
                Import-Module '$module'
                (Get-PSProvider FileSystem).Home = '$userHome'
                Set-Location '$Folder'
                `$ProgressPreference = 'SilentlyContinue'; `$ConfirmPreference = 'None'; `$ErrorActionPreference = 'Continue'
                `$WhatIfPreference = `$$WhatIf
                function Get-Secret { ConvertTo-SecureString 'of-the-vault' -AsPlainText -Force }
                function Read-Host { ConvertTo-SecureString 'of-the-operator' -AsPlainText -Force }
                [IO.File]::WriteAllText('$begun', '')
                $Code
"@)
            $running = $shell.BeginInvoke()
            $endless = $Code -match '-Wait\b' -and $Code -notmatch 'Receive-AgwJob'
            Wait-Until { (Test-Path $begun) -or $running.IsCompleted }
            if (-not $running.AsyncWaitHandle.WaitOne([timespan]::FromSeconds($(if ($endless) { 2 } else { 900 })))) { $shell.Stop() }
            elseif ($endless) { throw 'It should have gone on until it is stopped.' }
            elseif ($shell.InvocationStateInfo.State -eq 'Failed') { throw $shell.InvocationStateInfo.Reason }
            if (-not $endless -and $shell.InvocationStateInfo.State -eq 'Stopped') { throw 'It did not end.' }
            $shell.Streams.Error | ForEach-Object { "$_ ($($_.FullyQualifiedErrorId))" }
        }
        finally { $shell.Dispose() }
    }

    # The same in a terminal: a tmux of the test's own, which types what leaves a shell or detaches from a session until the example is done.
    function Invoke-InTerminal([string] $Code, [string] $Folder) {
        $line = "Import-Module '$module'; Set-Location '$Folder'; `$ErrorActionPreference = 'Stop'; try { $Code; `"came`" + ' back' } catch { 'fail' + `"ed: `$_`" }"
        $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($line))
        $socket = Join-Path $root 'terminal'
        $options = Join-Path $root 'terminal.conf'
        Set-Content $options 'set -g remain-on-exit on', 'set -g prefix None'
        $pwsh = Get-PwshPath
        $null = env -u TMUX tmux -S $socket -f $options new-session -d -x 200 -y 50 "env -u TMUX $pwsh -NoProfile -EncodedCommand $encoded"
        try {
            foreach ($try in 1..600) {
                $screen = (tmux -S $socket capture-pane -p) -join "`n"
                if ($screen -match 'came back|failed:') { return $screen }
                Start-Sleep -Milliseconds 500
                tmux -S $socket send-keys C-b
                Start-Sleep -Milliseconds 20
                tmux -S $socket send-keys d
                tmux -S $socket send-keys C-u
                tmux -S $socket send-keys -l exit
                tmux -S $socket send-keys Enter
            }
            $screen
        }
        finally { tmux -S $socket kill-server }
    }

    # What the example takes for granted beyond the world.
    function Initialize-Example([string] $Cmdlet, [string] $Code) {
        $quiet = @{ Confirm = $false; WarningAction = 'Ignore' }

        # What it makes is not there yet.
        foreach ($new in [regex]::Matches($Code, 'New-Agw(Vm|Workspace|Agent|Session|Console) (?:-Name )?([a-z][a-z0-9-]*)')) {
            $noun, $name = $new.Groups[1].Value, $new.Groups[2].Value
            if ($noun -eq 'Console' -or $noun -eq 'Session') { & "Remove-Agw$noun" "$name*" @quiet }
            else { & "Get-Agw$noun" "$name*" | Where-Object Name -EQ $name | & "Remove-Agw$noun" -Cascade -Force @quiet }
        }

        # What it removes has nothing in it, unless it says -Cascade.
        switch -Regex ($Code) {
            '^Remove-AgwAgent coder$' { Get-AgwAgent coder | Get-AgwSession -NoStatus | Remove-AgwSession @quiet }
            '^Remove-AgwWorkspace app$' { Get-AgwWorkspace app | Get-AgwSession -NoStatus | Remove-AgwSession @quiet }
            '^Remove-AgwVm dev$' { Get-AgwWorkspace | Remove-AgwWorkspace -Cascade -Force @quiet; Get-AgwAgent | Remove-AgwAgent -Cascade -Force @quiet }
            'old-server' { $null = New-AgwVm old-server -DiskGiB 4 @quiet }
            '^Remove-AgwPortForward 3000' { $null = New-AgwPortForward dev 3000 @quiet }
            '^Register-AgwWorkspace tools' { $null = New-AgwWorkspace tools -Isolated @quiet; Remove-AgwWorkspace tools -Forget -Force @quiet }
            '^Update-AgwWorkspacePool debian-12' { $null = Set-AgwWorkspacePool debian-12 -Count 1 @quiet }
            '^Unregister-AgwVmHost mini' { $null = Register-AgwVmHost mini -Address mac-mini.local @quiet }
        }
        switch ($Cmdlet) {
            { $_ -in 'Set-AgwConsoleSession', 'Remove-AgwConsoleSession' } { $null = Add-AgwConsoleSession day web @quiet }
            'Move-AgwWorkspace' { if ($Code -match '-Vm') { Get-AgwSnapshot -Workspace app | Remove-AgwSnapshot @quiet } }
            'Repair-AgwConsole' { $null = Invoke-InTerminal 'Enter-AgwConsole day' $work }
            'Restore-AgwVm' {
                if (-not (Get-AgwVmBackup dev)) { $null = Backup-AgwVm dev }
                Copy-Item (Get-AgwVmBackup dev | Select-Object -First 1).Path (Join-Path $work 'dev-20260102T030405678Z') -Recurse
                if ($Code -notmatch 'dev-copy') { Remove-AgwVm dev -Cascade -Force @quiet }
                if ($Code -match 'server') { $null = New-AgwVm server -DiskGiB 4 @quiet }
            }
        }
    }

    function Reset-Files {
        Remove-Item $work -Recurse -Force -ErrorAction Ignore
        $null = New-Item $work -ItemType Directory
        Set-Content (Join-Path $work 'notes.txt') 'a note'
        Set-Content (Join-Path $work 'task.md') 'Make the tests pass.'
        Set-Content (Join-Path $work 'debian-12-nocloud-amd64.qcow2') 'no disk'
    }
}

AfterAll {
    if (-not $root) { return }
    Get-AgwPortForward | Remove-AgwPortForward -Confirm:$false
    Get-AgwVm -NoStatus | Remove-AgwVm -Cascade -Force -Confirm:$false -WarningAction Ignore
    foreach ($secret in 'GIT_CREDENTIALS_OCTO', 'github-work') { [Environment]::SetEnvironmentVariable($secret, $null) }
    $env:PATH = $pathBefore
    $env:AGENTWORKS_HOME = $homeBefore
    Remove-Item $root -Recurse -Force
}

Describe 'The example "<Title>" of <Cmdlet>' -ForEach @($examples | Where-Object { -not $_.Interactive }) {
    It 'runs' {
        if ($why = Get-WhyNoMachine) { Set-ItResult -Skipped -Because $why; return }
        Reset-World -WithOther:($Code -match '\bother\b')
        Reset-Files
        Initialize-Example $Cmdlet $Code
        $homeNow = $env:AGENTWORKS_HOME
        if ($Cmdlet -eq 'New-AgwConfig') { $env:AGENTWORKS_HOME = Join-Path $work 'fresh' }
        try { Invoke-Example $Code $WhatIf $work | Should -BeNullOrEmpty }
        finally { $env:AGENTWORKS_HOME = $homeNow }
    }
}

Describe 'The example "<Title>" of <Cmdlet>, in a terminal' -ForEach @($examples | Where-Object Interactive) {
    It 'runs' {
        if ($why = Get-WhyNoMachine) { Set-ItResult -Skipped -Because $why; return }
        Reset-World
        Reset-Files
        Invoke-InTerminal $Code $work | Should -Match 'came back'
    }
}
