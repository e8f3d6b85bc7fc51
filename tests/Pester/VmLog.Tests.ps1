# The logs of operations on machines, a real one.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
}

AfterAll { Exit-TestMachine }

Describe 'Get-AgwVmLog' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    It 'lists what was done, the newest first' {
        $null = Initialize-AgwVm box
        $logs = Get-AgwVmLog box
        $logs[0].Operation | Should -Be 'Initialize-AgwVm'
        $logs[0].Outcome | Should -Be 'Succeeded'
        $logs.Started | Should -Be ($logs.Started | Sort-Object -Descending)
    }

    It 'gives a file that Get-Content reads, and the same as text' {
        $lines = Get-AgwVmLog box -Operation Initialize-AgwVm -Last 1 | Get-Content
        $lines[0] | Should -Match 'Initialize-AgwVm'
        $text = Get-AgwVmLog box -Operation Initialize-AgwVm -Last 1 -Raw
        $text -split "`n" | Should -Be $lines
        (Get-AgwVmLog box -Operation Initialize-A* -Last 1 -Raw -Tail 1) | Should -Be $lines[-1]
        $text | Should -Match 'base-packages'
    }

    It 'holds the output of a step that failed, and the error says where it is' {
        $null = Get-Truth 'mv /etc/agentworks /etc/agentworks.away; touch /etc/agentworks'
        try {
            Initialize-AgwVm box -ErrorVariable problems -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        }
        finally {
            $null = Get-Truth 'rm -f /etc/agentworks; mv /etc/agentworks.away /etc/agentworks'
        }
        $log = Get-AgwVmLog box -Last 1
        $problems | Should -HaveCount 1
        $problems[0].ErrorDetails.RecommendedAction | Should -Be 'Get-AgwVmLog box -Last 1 -Raw'
        $log.Failed | Should -BeTrue
        Get-AgwVmLog box -Failed -Last 1 | ForEach-Object Path | Should -Be $log.Path
        $log | Get-Content -Raw | Should -Match 'Failed'
        (Initialize-AgwVm box).Failed | Should -Be 0
    }

    It 'is there for one name exactly' {
        Get-AgwVmLog bo -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'NotFound,*'
        Get-AgwVmLog b? | Should -BeNullOrEmpty
    }
}
