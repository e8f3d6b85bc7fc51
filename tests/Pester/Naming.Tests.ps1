# How cmdlets find what names, patterns and piped objects mean, and what they say when there is no such thing. No machine is needed.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Enter-TestHome
    Add-TestRecord
}

AfterAll { Exit-TestHome }

Describe 'Names' {
    It 'find one thing' {
        (Get-AgwVm dev -NoStatus).Name | Should -Be 'dev'
        (Get-AgwWorkspace app).Vm | Should -Be 'dev'
        (Get-AgwAgent CODER).LinuxUser | Should -Be 'agt-coder'
        (Get-AgwSession web -NoStatus).Agent | Should -BeNullOrEmpty
    }

    It 'find each thing once, in the order given' {
        (Get-AgwSession s2, s*, s1 -NoStatus).Name | Should -Be 's2', 's1'
    }

    It 'are taken from the pipeline' {
        ('s1', 's2' | Get-AgwSession -NoStatus).Name | Should -Be 's1', 's2'
        @() | Get-AgwSession -NoStatus | Should -BeNullOrEmpty
        @() | Get-AgwVm | Should -BeNullOrEmpty
    }
}

Describe 'A name without a match in <Line>' -ForEach @(
    @{ Line = 'Get-AgwVm nope' }
    @{ Line = 'Get-AgwVm nope -NoStatus' }
    @{ Line = 'Get-AgwWorkspace nope' }
    @{ Line = 'Get-AgwWorkspace -Vm nope' }
    @{ Line = 'Get-AgwAgent nope' }
    @{ Line = 'Get-AgwSession nope' }
    @{ Line = 'Get-AgwSession -Workspace nope' }
    @{ Line = 'Get-AgwSession -Agent nope' }
    @{ Line = 'Get-AgwSessionLog nope' }
    @{ Line = 'Get-AgwVmEvent nope' }
    @{ Line = 'Get-AgwVmLog nope' }
    @{ Line = 'Backup-AgwVm nope' }
    @{ Line = 'Restore-AgwVm x -Vm nope' }
    @{ Line = 'Start-AgwVm nope' }
    @{ Line = 'Stop-AgwVm nope' }
    @{ Line = 'Initialize-AgwVm nope' }
    @{ Line = 'Remove-AgwVm nope -Confirm:$false' }
    @{ Line = 'Remove-AgwWorkspace nope -Confirm:$false' }
    @{ Line = 'Remove-AgwAgent nope -Confirm:$false' }
    @{ Line = 'Stop-AgwSession nope' }
    @{ Line = 'Restart-AgwSession nope' }
    @{ Line = 'Remove-AgwSession nope -Confirm:$false' }
    @{ Line = 'Send-AgwSessionInput nope hello' }
    @{ Line = 'Grant-AgwWorkspaceAccess nope app' }
    @{ Line = 'Grant-AgwWorkspaceAccess coder nope' }
    @{ Line = 'Invoke-AgwCommand true -Workspace nope' }
) {
    It 'is an error of that name, and the next input has its turn' {
        $output = Invoke-Expression "$Line -ErrorVariable problems -ErrorAction SilentlyContinue; 'next'"
        $output | Should -Be 'next'
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'NotFound,Agentworks.PowerShell.*'
        $problems[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $problems[0].TargetObject | Should -Be 'nope'
        $problems[0].ErrorDetails.RecommendedAction | Should -Match '^Get-Agw(Vm|Workspace|Agent|Session) '
    }

    It 'ends the script with -ErrorAction Stop' {
        { Invoke-Expression "$Line -ErrorAction Stop" } | Should -Throw -ErrorId 'NotFound,*'
    }
}

Describe 'A pattern without a match in <_>' -ForEach @(
    'Get-AgwVm no*', 'Get-AgwWorkspace no*', 'Get-AgwAgent n?pe', 'Get-AgwSession no*', 'Get-AgwSession -Vm no*', 'Stop-AgwSession no*'
    'Remove-AgwVm no* -Confirm:$false', 'Start-AgwVm [x]*', 'Get-AgwSessionLog no*'
) {
    It 'is nothing' {
        Invoke-Expression "$_ -ErrorAction Stop" | Should -BeNullOrEmpty
    }
}

Describe 'Objects' {
    It 'lead from parents to what lives in them' {
        (Get-AgwVm -NoStatus | Get-AgwWorkspace).Name | Should -Be 'app', 'web'
        (Get-AgwVm -NoStatus | Get-AgwAgent).Name | Should -Be 'coder'
        (Get-AgwVm -NoStatus | Get-AgwSession -NoStatus).Name | Should -Be 's1', 's2', 'web'
        (Get-AgwVm -NoStatus | Get-AgwWorkspace | Get-AgwSession -NoStatus).Name | Should -Be 's1', 's2', 'web'
        (Get-AgwWorkspace web | Get-AgwSession -NoStatus) | Should -BeNullOrEmpty
        (Get-AgwAgent | Get-AgwSession -NoStatus).Name | Should -Be 's1', 's2'
    }

    It 'lead back to what they live in' {
        (Get-AgwSession s1 -NoStatus | Get-AgwVm -NoStatus).Name | Should -Be 'dev'
        (Get-AgwSession s1 -NoStatus | Get-AgwWorkspace).Name | Should -Be 'app'
        (Get-AgwSession s1 -NoStatus | Get-AgwAgent).Name | Should -Be 'coder'
        Get-AgwSession web -NoStatus | Get-AgwAgent | Should -BeNullOrEmpty
    }

    It 'keep their meaning when only some properties are left' {
        (Get-AgwSession -NoStatus | Select-Object Name | Get-AgwSession -NoStatus).Name | Should -Be 's1', 's2', 'web'
        ([pscustomobject]@{ Session = 's1' } | Get-AgwSession -NoStatus).Name | Should -Be 's1'
        ([pscustomobject]@{ Vm = 'dev' } | Get-AgwWorkspace).Name | Should -Be 'app', 'web'
        (Get-AgwSession s2 -NoStatus | ConvertTo-Csv | ConvertFrom-Csv | Get-AgwSession -NoStatus).Name | Should -Be 's2'
    }

    It 'group and sort' {
        (Get-AgwSession -NoStatus | Group-Object Agent | Where-Object Name -EQ 'coder').Count | Should -Be 2
    }
}

Describe 'A thing of another kind in <Line>' -ForEach @(
    # web names a workspace and a session: taking the one for the other would destroy the wrong thing.
    @{ Line = 'Get-AgwWorkspace web | Remove-AgwSession -Confirm:$false' }
    @{ Line = 'Get-AgwWorkspace web | Select-Object Name | Remove-AgwSession -Confirm:$false' }
    @{ Line = 'Get-AgwSession web -NoStatus | Remove-AgwWorkspace -Confirm:$false' }
    @{ Line = 'Get-AgwVm dev -NoStatus | Stop-AgwSession' }
    @{ Line = 'Get-AgwSession web -NoStatus | Remove-AgwVm -Confirm:$false' }
    @{ Line = '[pscustomobject]@{ Colour = 1 } | Stop-AgwSession' }
) {
    It 'is refused' {
        Invoke-Expression "$Line -ErrorVariable problems -ErrorAction SilentlyContinue" | Should -BeNullOrEmpty
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'WrongKind,*'
        $problems[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
        @(Get-AgwSession -NoStatus).Count + @(Get-AgwWorkspace).Count + @(Get-AgwVm -NoStatus).Count | Should -Be 6
    }
}

Describe 'A machine piped to Stop-AgwSession' {
    It 'is answered with how to get its sessions' {
        Get-AgwVm dev -NoStatus | Stop-AgwSession -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].ErrorDetails.RecommendedAction | Should -BeLike '*Get-AgwSession -Vm dev*'
        $problems[0].TargetObject.Name | Should -Be 'dev'
    }
}
