# -WhatIf changes nothing, also with -Force, and what is refused changes nothing either. No machine is needed.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Enter-TestHome
    Add-TestRecord
    function Get-Everything {
        @(Get-AgwVm -NoStatus; Get-AgwWorkspace; Get-AgwAgent; Get-AgwSession -NoStatus) | ConvertTo-Json -Depth 4 -EnumsAsStrings
    }
    $before = Get-Everything
}

AfterAll { Exit-TestHome }

Describe '<_>' -ForEach @(
    'New-AgwVm x', 'New-AgwVm x -Address 192.0.2.1 -AcceptNewHostKey', 'New-AgwWorkspace x -Vm dev', 'New-AgwAgent x -Vm dev', 'New-AgwSession x app -Agent coder'
    'New-AgwSession x app -Admin -SecretEnvironment @{ A = "no-such-secret" }'
    'Start-AgwVm dev', 'Stop-AgwVm dev', 'Restart-AgwVm dev', 'Initialize-AgwVm dev', 'Initialize-AgwAgent coder'
    'Remove-AgwVm dev', 'Remove-AgwVm dev -Cascade -Force', 'Remove-AgwVm * -Cascade -Force -Confirm:$false', 'Remove-AgwWorkspace app -Cascade -Force'
    'Remove-AgwAgent coder -Cascade -Force', 'Remove-AgwSession s1, s2', 'Get-AgwSession -NoStatus | Remove-AgwSession -Confirm:$false'
    'Start-AgwSession s1', 'Stop-AgwSession s1 -Force', 'Restart-AgwSession s*', 'Send-AgwSessionInput s1 hello'
    'New-AgwSession x -NewWorkspace -Vm dev -NewAgent', 'Remove-AgwVm dev -Forget -Cascade', 'Remove-AgwWorkspace app -Forget -Cascade', 'Remove-AgwAgent coder -Forget -Cascade'
    'Remove-AgwSession s1 -Forget', 'Remove-AgwSession s1 -Cascade -Force', 'Restart-AgwSession s1 -Force', 'Grant-AgwWorkspaceAccess coder web', 'Grant-AgwWorkspaceAccess coder -All', 'Revoke-AgwWorkspaceAccess coder app -StopProcess'
    'Invoke-AgwCommand -Vm dev "rm -rf /"', 'Get-AgwWorkspace | Invoke-AgwCommand true', 'New-AgwConfig', 'New-AgwConfig -Force'
    'Update-AgwVmNetwork dev', 'Update-AgwVmNetwork dev -Network tailscale'
    'Backup-AgwVm dev', 'Restore-AgwVm ./nowhere -Name x', 'Restore-AgwVm ./nowhere -Vm dev'
    'New-AgwPortForward dev 3000', 'New-AgwPortForward dev 8080:80, 443'
    'Copy-AgwWorkspace app x', 'Copy-AgwWorkspace app x -Vm dev', 'Move-AgwWorkspace app /srv/work/app -Force', 'Move-AgwWorkspace app -Vm dev', 'Repair-AgwWorkspace *'
    'New-AgwSnapshot x app', 'Get-AgwWorkspace | New-AgwSnapshot', 'Copy-AgwWorkspace app -Count 3', 'Copy-AgwWorkspace app x, y', 'Repair-AgwWorkspace app -Promote'
    'Update-AgwSshConfig', 'Update-AgwSshConfig -Force', 'Update-AgwCodeWorkspace', 'Update-AgwCodeWorkspace app -Open', 'New-AgwWorkspace x -Vm dev -OpenVSCode'
) {
    It 'changes nothing with -WhatIf' {
        Invoke-Expression "$_ -WhatIf -ErrorAction Stop" | Should -BeNullOrEmpty
        Get-Everything | Should -Be $before
        Join-Path $env:AGENTWORKS_HOME 'config.toml' | Should -Not -Exist
    }
}

Describe 'New things' {
    It 'need a name that can be one: <Line>' -ForEach @(
        @{ Line = 'New-AgwVm "Has Space"' }
        @{ Line = 'New-AgwVm ("x" * 31)' }
        @{ Line = 'New-AgwWorkspace "a;b" -Vm dev' }
        @{ Line = 'New-AgwWorkspace "../up" -Vm dev' }
        @{ Line = 'New-AgwAgent "-rf" -Vm dev' }
        @{ Line = 'New-AgwSession "a`nb" app -Agent coder' }
        @{ Line = 'New-AgwSession "a`e[2Jb" app -Agent coder' }
    ) {
        Invoke-Expression "$Line -ErrorVariable problems -ErrorAction SilentlyContinue" | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'InvalidName,*'
        $problems[0].ErrorDetails.Message | Should -Not -Match "`e"
        Get-Everything | Should -Be $before
    }

    It 'need a place that is there' {
        { New-AgwWorkspace x -Vm nope -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound,*'
        { New-AgwSession x nope -Agent coder -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound,*'
        { New-AgwSession x app -Agent nope -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound,*'
        Get-Everything | Should -Be $before
    }

    It 'say which of their parameters do not go together: <Line>' -ForEach @(
        @{ Line = 'New-AgwSession x -Agent coder' }
        @{ Line = 'New-AgwSession x app -NewWorkspace -Agent coder' }
        @{ Line = 'New-AgwSession x app -Agent coder -WorkspaceName y' }
        @{ Line = 'New-AgwSession x app -Agent coder -Repository https://example.com/x.git' }
        @{ Line = 'New-AgwSession x app -Agent coder -Vm dev' }
        @{ Line = 'New-AgwSession x app -Admin -AgentName y' }
        @{ Line = 'New-AgwSession x app -Agent coder -AgentTemplate default' }
        @{ Line = 'Get-AgwSession -Admin -Agent coder' }
    ) {
        { Invoke-Expression "$Line -ErrorAction Stop" } | Should -Throw -ErrorId 'InvalidRequest,*'
        Get-Everything | Should -Be $before
    }

    It 'are all checked before one of them is made: <Line>' -ForEach @(
        @{ Line = 'New-AgwSession s1 -NewWorkspace -WorkspaceName y -Vm dev -Admin'; Id = 'AlreadyExists' }
        @{ Line = 'New-AgwSession x -NewWorkspace -WorkspaceName app -Vm dev -NewAgent'; Id = 'AlreadyExists' }
        @{ Line = 'New-AgwSession x -NewWorkspace -Vm dev -NewAgent -AgentName coder'; Id = 'AlreadyExists' }
        @{ Line = 'New-AgwSession x -NewWorkspace -Vm dev -NewAgent -AgentName "no way"'; Id = 'InvalidName' }
        @{ Line = 'New-AgwSession x -NewWorkspace -Vm nope -NewAgent'; Id = 'NotFound' }
        @{ Line = 'New-AgwSession x -NewWorkspace -Vm dev -NewAgent -Template nope'; Id = 'NotFound' }
        @{ Line = 'New-AgwSession x -NewWorkspace -WorkspaceTemplate nope -NewAgent'; Id = 'NotFound' }
        @{ Line = 'New-AgwSession x -NewWorkspace -NewAgent -AgentTemplate nope'; Id = 'NotFound' }
        @{ Line = 'New-AgwSession x -NewWorkspace -NewAgent -Command "{{nope}}"'; Id = 'InvalidRequest' }
        @{ Line = 'New-AgwSession x -NewWorkspace -Agent nope'; Id = 'NotFound' }
    ) {
        { Invoke-Expression "$Line -ErrorAction Stop" } | Should -Throw -ErrorId "$Id,*"
        Get-Everything | Should -Be $before
    }

    It 'are not named after the place that is piped' {
        Get-AgwVm dev -NoStatus | New-AgwWorkspace -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'InvalidRequest,*'
        Get-Everything | Should -Be $before
    }

    It 'are not made over what is there' {
        { New-AgwWorkspace app -Vm dev -ErrorAction Stop } | Should -Throw -ErrorId 'AlreadyExists,*'
        { New-AgwAgent coder -Vm dev -ErrorAction Stop } | Should -Throw -ErrorId 'AlreadyExists,*'
        Get-Everything | Should -Be $before
    }

    It 'need secrets that can be found' {
        New-AgwSession x app -Agent coder -SecretEnvironment @{ TOKEN = 'NO_SUCH_SECRET_HERE' } -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'SecretMissing,*'
        "$($problems[0])" | Should -BeLike '*NO_SUCH_SECRET_HERE*'
        Get-Everything | Should -Be $before
    }

    It 'come from a platform that is built' {
        { New-AgwVm x -Platform lima -ErrorAction Stop } | Should -Throw -ErrorId 'NotSupportedByPlatform,*'
        { New-AgwVm x -Platform nonsense -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRequest,*'
    }
}

Describe 'Things that others live in' {
    It 'are not removed without -Cascade: <_>' -ForEach 'Remove-AgwVm dev', 'Remove-AgwWorkspace app', 'Remove-AgwAgent coder' {
        { Invoke-Expression "$_ -Force -Confirm:`$false -ErrorAction Stop" } | Should -Throw -ErrorId 'HasDependents,*'
        Get-Everything | Should -Be $before
    }
}

Describe 'Commands' {
    It 'need a target' {
        { Invoke-AgwCommand true } | Should -Throw -ErrorId 'InvalidRequest,*'
        'text' | Invoke-AgwCommand true -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'InvalidRequest,*'
    }

    It 'do not run anywhere when a pattern has no match' {
        Invoke-AgwCommand true -Workspace no* -ErrorAction Stop | Should -BeNullOrEmpty
        Get-AgwWorkspace no* | Invoke-AgwCommand true -Agent coder -ErrorAction Stop | Should -BeNullOrEmpty
    }
}
