# Which environment variables hold where; no machine is asked.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Enter-TestHome
    Add-TestRecord
    Set-Content "$env:AGENTWORKS_HOME/config.toml" @'
[vm_templates.default]
env = { ALL = "vm", ONLY = "vm" }
[workspace_templates.default]
env = { ALL = "workspace" }
[agent_templates.default]
env = { ALL = "agent", TOKEN = { secret = "agw-pester-token" } }
[admin.config]
env = { ALL = "admin" }
[session_templates.default]
env = { ALL = "{{session_name}} in {{workspace_name}}" }
'@
}

AfterAll { Exit-TestHome }

Describe 'Get-AgwEnvironment' {
    It 'shows <place>' -ForEach @(
        @{ place = 'a session'; given = @{ Session = 's1' }; all = 's1 in app'; source = 'Session'; overrides = 'Vm', 'Workspace', 'Agent' }
        @{ place = "an admin's session"; given = @{ Session = 'web' }; all = 'web in app'; source = 'Session'; overrides = 'Vm', 'Workspace', 'Admin' }
        @{ place = 'an agent in a workspace'; given = @{ Workspace = 'app'; Agent = 'coder' }; all = 'agent'; source = 'Agent'; overrides = 'Vm', 'Workspace' }
        @{ place = 'an agent at home'; given = @{ Agent = 'coder' }; all = 'agent'; source = 'Agent'; overrides = 'Vm' }
        @{ place = 'a workspace'; given = @{ Workspace = 'app' }; all = 'workspace'; source = 'Workspace'; overrides = 'Vm' }
        @{ place = 'a machine'; given = @{ Vm = 'dev' }; all = 'admin'; source = 'Admin'; overrides = 'Vm' }
        @{ place = 'the only machine'; given = @{}; all = 'admin'; source = 'Admin'; overrides = 'Vm' }
    ) {
        $variable = Get-AgwEnvironment ALL @given
        $variable.Value | Should -Be $all
        $variable.Source | Should -Be $source
        "$($variable.Overrides)" | Should -Be "$overrides"
        (Get-AgwEnvironment ONLY @given).Value | Should -Be 'vm'
        (Get-AgwEnvironment AGENTWORKS_VM @given).Value | Should -Be 'dev'
    }

    It 'never shows a secret' {
        $variable = Get-AgwEnvironment TOKEN -Agent coder
        $variable.IsSecret | Should -BeTrue
        $variable.SecretName | Should -Be 'agw-pester-token'
        $variable.Value | Should -Be '********'
    }

    It 'takes things from the pipeline' {
        (Get-AgwSession -NoStatus | Get-AgwEnvironment AGENTWORKS_SESSION).Value | Sort-Object | Should -Be 's1', 's2', 'web'
        (Get-AgwWorkspace | Get-AgwEnvironment AGENTWORKS_WORKSPACE).Value | Sort-Object | Should -Be 'app', 'web'
        (Get-AgwAgent coder | Get-AgwEnvironment AGENTWORKS_AGENT).Value | Should -Be 'coder'
    }

    It 'says what is not there' {
        Get-AgwEnvironment -Session nothing -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }
}
