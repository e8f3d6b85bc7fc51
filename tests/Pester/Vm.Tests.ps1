# Machines, real ones.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine

    # Everything on this computer that carries a machine's id. A process that ends has no command line any more, and may be gone before it is read.
    function Get-Trace([string] $Id) {
        Get-ChildItem /var/lib/agentworks/machines -ErrorAction Ignore | Where-Object Name -Like "*$Id*" | ForEach-Object FullName
        Get-ChildItem /run/netns -ErrorAction Ignore | Where-Object Name -Like "*$Id*" | ForEach-Object FullName
        Get-Content /proc/self/mountinfo | Where-Object { $_ -like "*$Id*" }
        foreach ($process in [IO.Directory]::GetDirectories('/proc') -match '/\d+$' -ne "/proc/$PID") {
            try { $line = [IO.File]::ReadAllText("$process/cmdline") } catch [IO.IOException] { continue }
            if ($line.Contains($Id)) { "${process}: $line" }
        }
    }
}

AfterAll { Exit-TestMachine }

Describe 'A machine' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    It 'is a Debian 12 of its own that runs' {
        $vm = Get-AgwVm box
        $vm.Status | Should -Be 'Running'
        $vm.State | Should -Be 'Ready'
        $vm.FailedSteps | Should -BeNullOrEmpty
        Get-Truth '. /etc/os-release; echo "$ID $VERSION_ID $(hostname)"' | Should -Be "debian 12 $($vm.HostName)"
        Get-Truth 'cat /etc/machine-id' | Should -Not -Be (Get-Content /etc/machine-id -ErrorAction Ignore)
    }

    It 'that can never be made leaves no record' {
        { New-AgwVm never -Address '-oProxyCommand=true' -ErrorAction Stop } | Should -Throw
        { New-AgwVm never -AdminUser "a`nb" -ErrorAction Stop } | Should -Throw
        Get-AgwVm -NoStatus | Where-Object Name -EQ never | Should -BeNullOrEmpty
    }

    It 'that was never reached leaves no record' {
        { New-AgwVm absent -Address 127.0.0.1 -Port 1 -AcceptNewHostKey -ErrorAction Stop } | Should -Throw
        Get-AgwVm -NoStatus | Where-Object Name -EQ absent | Should -BeNullOrEmpty
    }

    It 'has nothing to change when it is initialized again' {
        $result = Initialize-AgwVm box
        $result.Changed | Should -Be 0
        $result.Failed | Should -Be 0
        $result.Steps | Should -Not -BeNullOrEmpty
    }

    It 'is mended exactly where it was changed by hand' {
        $null = Get-Truth 'echo "set -g status on" >>/etc/agentworks/tmux.conf'
        $result = Initialize-AgwVm box
        $result.Changed | Should -Be 1
        $result.Steps | Where-Object State -EQ 'Changed' | Should -HaveCount 1
        Get-Truth 'grep -c "set -g status on" /etc/agentworks/tmux.conf; true' | Should -Be '0'
    }

    It 'is compared with what is declared for it, and nothing is changed' {
        Test-AgwVm box -Quiet | Should -BeTrue
        $null = Get-Truth 'echo "set -g status on" >>/etc/agentworks/tmux.conf'
        $checks = Get-AgwVm | Test-AgwVm
        ($checks | Where-Object Status -EQ 'Drifted').Check | Should -Be 'session-runtime'
        $checks.Vm | Sort-Object -Unique | Should -Be 'box'
        $checks | Out-String | Should -Match 'Drifted\s+box\s+session-runtime'
        Test-AgwVm -Quiet | Should -BeFalse
        (Initialize-AgwVm box).Changed | Should -Be 1
        Test-AgwVm b* -Quiet | Should -BeTrue
    }

    It 'tells when the configuration has changed since' {
        (Get-AgwVm box -NoStatus).ConfigChanged | Should -BeFalse
        try {
            Reset-TestConfig '[vm_templates.default]', 'apt = ["agw-no-such-package"]'
            (Get-AgwVm box -NoStatus).ConfigChanged | Should -BeTrue
            (Test-AgwVm box | Where-Object Status -EQ 'Drifted').Check | Should -Be 'configuration', 'apt-packages'

            # The one thing that cannot be had is named, and work goes on.
            $result = Initialize-AgwVm box
            ($result.Steps | Where-Object State -EQ 'Failed').Name | Should -Be 'apt-packages'
            ($result.Steps | Where-Object State -EQ 'Failed').Detail | Should -Match 'agw-no-such-package'
            $vm = Get-AgwVm box -NoStatus
            $vm.State | Should -Be 'Partial'
            $vm.FailedSteps | Should -Be 'apt-packages'
            Get-Truth 'echo works' | Should -Be 'works'
        }
        finally { Reset-TestConfig }
        (Initialize-AgwVm box).Failed | Should -Be 0
        (Get-AgwVm box -NoStatus).State | Should -Be 'Ready'
    }

    It 'is not made when the configuration names what is not there' {
        try {
            Reset-TestConfig '[vm_templates.other]', 'apt_packages = ["terrafrom"]'
            { New-AgwVm never -Template other -ErrorAction Stop } | Should -Throw -ErrorId 'Config,*' -PassThru |
                ForEach-Object { "$_" | Should -Match 'config\.toml\(\d+,17\).*terraform' }
        }
        finally { Reset-TestConfig }
        Get-AgwVm -NoStatus | Where-Object Name -EQ never | Should -BeNullOrEmpty
    }

    It 'is not started to be compared' {
        Stop-AgwVm box
        { Test-AgwVm box -ErrorAction Stop } | Should -Throw -ErrorId 'NotReady,*'
        Test-AgwVm box -Quiet | Should -BeFalse
        (Get-AgwVm box).Status | Should -Be 'Stopped'
        Start-AgwVm box
        Test-AgwVm box -Quiet | Should -BeTrue
        { Test-AgwVm bo -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound,*'
        Test-AgwVm box, bo -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
    }

    It 'stops, stays stopped, and starts' {
        Stop-AgwVm box | Should -BeNullOrEmpty
        $vm = Get-AgwVm box
        $vm.Status | Should -Be 'Stopped'
        $vm.DesiredPower | Should -Be 'Stopped'
        (Get-AgwVm -Status Running).Name | Should -BeNullOrEmpty
        (Stop-AgwVm box -PassThru).Status | Should -Be 'Stopped'
        ($vm | Start-AgwVm -PassThru).Status | Should -Be 'Running'
        (Get-AgwVm -Status Running).Name | Should -Be 'box'
    }

    It 'restarts' {
        $before = Get-Truth 'cut -d" " -f22 /proc/1/stat'
        Restart-AgwVm box -Timeout 60 | Should -BeNullOrEmpty
        Get-Truth 'cut -d" " -f22 /proc/1/stat' | Should -Not -Be $before
    }

    It 'is not made twice' {
        { New-AgwVm box -ErrorAction Stop } | Should -Throw -ErrorId 'AlreadyExists,*'
    }

    It 'is not known by the name of another' {
        { Get-AgwVm bo -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound,*'
    }
}

Describe 'Making and removing a machine' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    It 'shows progress that ends, says what it does, and leaves nothing behind' {
        $shell = [powershell]::Create()
        try {
            $vm = $shell.AddScript("Import-Module '$module'; New-AgwVm brief -Verbose").Invoke()
            $shell.Streams.Error | Should -BeNullOrEmpty
            $vm.Name | Should -Be 'brief'
            $shell.Streams.Verbose.Count | Should -BeGreaterThan 3
            $shell.Streams.Progress.Count | Should -BeGreaterThan 3
            foreach ($activity in $shell.Streams.Progress | Group-Object ActivityId) {
                $activity.Group[-1].RecordType | Should -Be 'Completed'
            }
        }
        finally { $shell.Dispose() }

        $id = (Get-AgwVm brief -NoStatus).Id
        Get-Trace $id | Should -Not -BeNullOrEmpty
        Get-AgwVm brief | Remove-AgwVm -Confirm:$false
        Get-AgwVm brie* | Should -BeNullOrEmpty
        Get-Trace $id | Should -BeNullOrEmpty
    }

    It 'takes what lives on it along only with -Cascade' {
        $null = New-AgwVm brief | New-AgwWorkspace brief-ws
        { Remove-AgwVm brief -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'HasDependents,*'
        Get-AgwWorkspace brief-ws | Should -Not -BeNullOrEmpty
        Remove-AgwVm brief -Cascade -Force -Confirm:$false -ErrorAction Stop
        Get-AgwWorkspace brief-* | Should -BeNullOrEmpty
    }

    It 'can be stopped by Ctrl-C, and the next command finishes or undoes it' {
        $stop = Stop-Midway 'New-AgwVm brief' { Get-AgwVm brief* -NoStatus | Where-Object State -EQ 'Creating' }
        $stop.Stopped | Should -BeTrue
        $stop.State | Should -Be 'Stopped'
        $stop.Errors | Should -BeNullOrEmpty

        $id = (Get-AgwVm brief* -NoStatus).Id
        (New-AgwVm brief).State | Should -Be 'Ready'
        (Get-AgwVm brief).Status | Should -Be 'Running'
        Remove-AgwVm brief -Confirm:$false -ErrorAction Stop
        if ($id) { Get-Trace $id | Should -BeNullOrEmpty }
    }

    It 'can be stopped by Ctrl-C, and then removed' {
        $null = Stop-Midway 'New-AgwVm brief' { Get-AgwVm brief* -NoStatus | Where-Object State -EQ 'Creating' }
        $id = (Get-AgwVm brief* -NoStatus).Id
        Get-AgwVm brief* -NoStatus | Remove-AgwVm -Confirm:$false -ErrorAction Stop
        Get-AgwVm brief* -NoStatus | Should -BeNullOrEmpty
        if ($id) { Get-Trace $id | Should -BeNullOrEmpty }
    }
}
