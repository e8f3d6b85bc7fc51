# Machines that are gone: the records can be dropped. No machine is needed; the recorded one never was.

BeforeAll { . $PSScriptRoot/Common.ps1 }

Describe 'Forgetting' {
    BeforeEach {
        $null = Enter-TestHome
        Add-TestRecord
    }
    AfterEach { Exit-TestHome }

    It 'drops a session, and says what may be left' {
        Get-AgwSession s1 -NoStatus | Remove-AgwSession -Forget -Confirm:$false -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warnings" | Should -Match 's1'
        (Get-AgwSession -NoStatus).Name | Should -Be 's2', 'web'
        (Get-AgwAgent coder).Grants.Session | Should -Be 's2'
    }

    It 'drops sessions from a pipeline, and an unknown one is an error of its own' {
        's1', 'nope', 's2' | Remove-AgwSession -Forget -Confirm:$false -ErrorVariable problems -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $problems | Should -HaveCount 1
        $problems[0].TargetObject | Should -Be 'nope'
        (Get-AgwSession -NoStatus).Name | Should -Be 'web'
    }

    It 'drops a <Noun> with what lives in it only with -Cascade' -ForEach @(
        @{ Noun = 'Vm'; Name = 'dev' }
        @{ Noun = 'Workspace'; Name = 'app' }
        @{ Noun = 'Agent'; Name = 'coder' }
    ) {
        $remove = "Remove-Agw$Noun"
        { & $remove $Name -Forget -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'HasDependents,*'
        & $remove $Name -Forget -Cascade -Confirm:$false -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warnings | Should -Not -BeNullOrEmpty
        { & "Get-Agw$Noun" $Name -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound,*'
    }

    It 'leaves nothing of a machine' {
        Get-AgwVm -NoStatus | Remove-AgwVm -Forget -Cascade -Confirm:$false -WarningAction SilentlyContinue
        @(Get-AgwVm -NoStatus; Get-AgwWorkspace; Get-AgwAgent; Get-AgwSession -NoStatus) | Should -BeNullOrEmpty
    }
}
