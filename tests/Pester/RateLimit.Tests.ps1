# Who calls too often waits or is told; no machine is asked.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Enter-TestHome
    Add-TestRecord
    function Set-Limit([string[]] $Lines) { Set-Content "$env:AGENTWORKS_HOME/config.toml" (@('[limits]') + $Lines) }
}

AfterAll { Exit-TestHome }

Describe 'A rate limit' {
    It 'of one kind leaves the others alone' {
        Set-Limit 'exec_burst = 1', 'exec_per_minute = 1'
        { Invoke-AgwCommand true -Workspace app -NoWait -ErrorAction Stop } | Should -Throw -ErrorId 'NotReady,*'
        { Invoke-AgwCommand true -Workspace app -NoWait -ErrorAction Stop } | Should -Throw -ErrorId 'RateLimited,*'
        Remove-AgwSnapshot none* -Workspace app -NoWait -Confirm:$false -ErrorAction Stop
    }

    It 'counts a call once, whatever is piped to it, and no -WhatIf' {
        Set-Limit 'default_burst = 1', 'default_per_minute = 1'
        1..3 | ForEach-Object { New-AgwSnapshot clean app -NoWait -WhatIf }
        Get-AgwWorkspace | New-AgwSnapshot clean -NoWait -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.FullyQualifiedErrorId | Should -Be (@('NotReady,Agentworks.PowerShell.NewAgwSnapshotCommand') * 2)
        { Remove-AgwSnapshot none* -Workspace app -NoWait -Confirm:$false } | Should -Throw -ErrorId 'RateLimited,*'
    }

    It 'holds over processes' {
        # The other process is ready before the turn is taken, which comes back within a minute.
        $go = Join-Path $TestDrive 'go'
        $script = "`$null = Get-AgwWorkspace; 'ready'; while (-not (Test-Path '$go')) { [Threading.Thread]::Sleep(20) }"
        $said = Invoke-Pwsh ($script + '; try { Remove-AgwSnapshot none* -Workspace app -NoWait -Confirm:$false } catch { $_.FullyQualifiedErrorId }') | ForEach-Object {
            $_
            if ($_ -eq 'ready') {
                try {
                    Set-Limit 'default_burst = 1', 'default_per_minute = 600'
                    Remove-AgwSnapshot none* -Workspace app -Confirm:$false -ErrorAction Stop
                    Set-Limit 'default_burst = 1', 'default_per_minute = 1'
                }
                finally { Set-Content $go '' }
            }
        }
        $said | Should -HaveCount 2
        $said[1] | Should -BeLike 'RateLimited,*'
    }

    It 'lets callers wait for their turn' {
        Set-Limit 'default_burst = 1', 'default_per_minute = 600'
        Remove-AgwSnapshot none* -Workspace app -Confirm:$false -ErrorAction Stop
        Remove-AgwSnapshot none* -Workspace app -Confirm:$false -ErrorAction Stop
    }
}
