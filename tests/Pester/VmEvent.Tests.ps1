# What happened to machines, a real one.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
}

AfterAll { Exit-TestMachine }

Describe 'Get-AgwVmEvent' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    It 'tells how a machine was made, the oldest first' {
        $events = Get-AgwVmEvent box
        $events[0].Event | Should -Be 'ProvisioningStarted'
        $events.Event | Should -Contain 'ProvisioningCompleted'
        $events.Event | Should -Contain 'InitializationCompleted'
        $events.Time | Should -Be ($events.Time | Sort-Object)
    }

    It 'tells each step that changed something, and nothing of those that did not' {
        $null = Get-Truth 'echo "set -g status on" >>/etc/agentworks/tmux.conf'
        $before = [datetime]::Now
        $null = Initialize-AgwVm box
        $changed = @(Get-AgwVmEvent box -Event Step* -After $before)
        $changed | Should -HaveCount 1
        $changed[0].Detail | Should -Match 'session-runtime'
        $before = [datetime]::Now
        $null = Initialize-AgwVm box
        Get-AgwVmEvent box -Event Step* -After $before | Should -BeNullOrEmpty
        (Get-AgwVmEvent box -Last 1).Event | Should -Be 'InitializationCompleted'
    }

    It 'tells of what came to live on it and went' {
        $null = New-AgwWorkspace shortlived -Vm box
        Remove-AgwWorkspace shortlived -Confirm:$false
        (Get-AgwVm box -NoStatus | Get-AgwVmEvent -Event Workspace* -Last 2).Event | Should -Be 'WorkspaceCreated', 'WorkspaceRemoved'
        (Get-AgwVmEvent box -Event WorkspaceRemoved -Last 1).Detail | Should -Be 'shortlived'
    }

    It 'shows one line for each' {
        (Get-AgwVmEvent box -Last 1 | Out-String).Trim() -split "`n" | Should -HaveCount 3
    }
}

Describe 'Get-AgwVm -Detailed' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    It 'says what the machine has and uses, and is a machine' {
        $age = 'ps -o etimes= -p 1'   # in whole seconds
        $before = [int] (Get-Truth $age)
        $vm = Get-AgwVm box -Detailed
        $vm.Detail.Uptime.TotalSeconds | Should -BeGreaterOrEqual ($before - 1)
        $vm.Detail.Uptime.TotalSeconds | Should -BeLessOrEqual ([int] (Get-Truth $age) + 1)
        $vm.Status | Should -Be 'Running'
        $resources = $vm.Detail.Resources
        $resources.Name | Should -Be 'Cpu', 'Memory', 'Swap', 'Disk', 'Workspaces'
        $resources[0].Present | Should -Be (Get-Truth 'nproc')
        $resources[1].Present | Should -Be (1024 * [long] (Get-Truth 'sed -n "s/^MemTotal: *\([0-9]*\).*/\1/p" /proc/meminfo'))
        $resources[3].Present | Should -Be (Get-Truth 'df --output=size -B1 / | tail -1 | tr -d " "')
        $vm.Detail.Kernel | Should -Be (Get-Truth 'uname -r')
        $vm.Detail.BootId | Should -Be (Get-Truth 'cat /proc/sys/kernel/random/boot_id')
        $vm.Detail.OperatingSystem | Should -BeLike 'Debian*12*'
        $vm.Detail.SizeEnforced | Should -BeFalse
        ($vm | Get-AgwVm -NoStatus).Name | Should -Be 'box'
    }

    It 'shows a small table' {
        $shown = Get-AgwVm box -Detailed | Out-String
        $shown | Should -Match 'Provisioned\s+Present\s+Used'
        $shown | Should -Match 'Memory\s+\S'
    }
}

Describe 'A machine that cannot be asked' {
    BeforeAll {
        $outer = $script:homeBefore
        $null = Enter-TestHome
        Add-TestRecord
    }
    AfterAll {
        Exit-TestHome
        $script:homeBefore = $outer
    }

    It 'has nulls in its detail, and what is recorded' {
        $vm = Get-AgwVm dev -Detailed
        $vm.Status | Should -Not -Be 'Running'
        $vm.Detail.Uptime | Should -BeNullOrEmpty
        $vm.Detail.Resources | Where-Object { $null -ne $_.Present } | Should -BeNullOrEmpty
        $vm.Detail.Workspaces | Should -Be 'app', 'web'
        $vm | Out-String | Should -Match 'Provisioned'
    }

    It 'has events, which are none' {
        Get-AgwVmEvent dev | Should -BeNullOrEmpty
        { Get-AgwVmEvent nope -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound,*'
        Get-AgwVmEvent nope* | Should -BeNullOrEmpty
    }
}
