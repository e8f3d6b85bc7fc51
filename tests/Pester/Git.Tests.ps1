# Tokens for git on a real machine. What git does with them is proved by the end-to-end tests, with a server.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    if (-not $why) { $null = New-AgwAgent coder }
    $token = ConvertTo-SecureString 'agw-token-1' -AsPlainText -Force
    function Get-Answer([string] $Path, [hashtable] $As = @{ Vm = 'box' }) {
        (Invoke-AgwCommand "printf 'protocol=https\nhost=git.example.com\npath=$Path\n\n' | git -c credential.interactive=never credential fill" @As).Output
    }
}

AfterAll { Exit-TestMachine }

Describe 'A git credential' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }
    AfterEach {
        Get-AgwGitCredential -NoStatus | Remove-AgwGitCredential -Confirm:$false
        Reset-TestConfig
        $env:GIT_CREDENTIALS_LAB = $null
    }

    It 'is given to the admin of the only machine' {
        Set-AgwGitCredential lab -HostName git.example.com -Owner group -Token $token | Should -BeNullOrEmpty
        Get-Answer group/app.git | Should -BeLike '*password=agw-token-1*'
        Get-Answer other/app.git | Should -Not -BeLike '*agw-token-1*'
        $credential = Get-AgwGitCredential lab
        $credential.Vm, $credential.Agent, $credential.Kind, $credential.Host, $credential.Path, $credential.FromConfig | Should -Be 'box', $null, 'generic', 'git.example.com', 'group', $false
        ($credential | ConvertTo-Json -Depth 5) | Should -Not -Match 'agw-token-1'
    }

    It 'is given to piped agents, from a secret' {
        $env:GIT_CREDENTIALS_LAB = 'agw-token-2'
        $credential = Get-AgwAgent coder | Set-AgwGitCredential lab -HostName git.example.com -PassThru
        $credential.Agent | Should -Be 'coder'
        Get-Answer any/thing @{ Agent = 'coder' } | Should -BeLike '*password=agw-token-2*'
        (Get-AgwAgent coder | Get-AgwGitCredential).Name | Should -Be 'lab'
        Set-AgwGitCredential lab -Agent coder -HostName git.example.com -Token $token
        Get-Answer any/thing @{ Agent = 'coder' } | Should -BeLike '*password=agw-token-1*'
        @(Get-AgwGitCredential).Count | Should -Be 1
    }

    It 'is what config.toml says' {
        Reset-TestConfig '[git_credentials.lab]', 'type = "generic"', 'host = "git.example.com"', 'owner = "group"', '[admin.config]', 'git_credentials = ["lab"]'
        Initialize-AgwVm box -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'SecretMissing,*'
        $env:GIT_CREDENTIALS_LAB = 'agw-token-3'
        (Initialize-AgwVm box).Changed | Should -BeGreaterThan 0
        Get-Answer group/app | Should -BeLike '*password=agw-token-3*'
        $env:GIT_CREDENTIALS_LAB = $null
        (Initialize-AgwVm box).Changed | Should -Be 0
        (Test-AgwVm box | Where-Object Check -EQ 'admin-git-credentials').Status | Should -Be 'InPlace'
        (Get-AgwGitCredential lab).FromConfig | Should -BeTrue
        Reset-TestConfig
        $null = Initialize-AgwVm box
        Get-AgwGitCredential | Should -BeNullOrEmpty
        Get-Answer group/app | Should -Not -BeLike '*agw-token-3*'
    }

    It 'needs a host, a token and a proper name' {
        Set-AgwGitCredential lab -Token $token -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'NotFound,*'
        Set-AgwGitCredential lab -HostName git.example.com -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'SecretMissing,*'
        Set-AgwGitCredential 'a b' -HostName git.example.com -Token $token -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'InvalidRequest,*'
        Remove-AgwGitCredential lab -Confirm:$false -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'NotFound,*'
    }

    It 'is set and removed only with consent' {
        Set-AgwGitCredential lab -HostName git.example.com -Token $token -WhatIf
        Get-AgwGitCredential | Should -BeNullOrEmpty
        Set-AgwGitCredential lab -HostName git.example.com -Token $token
        Remove-AgwGitCredential lab -WhatIf
        Get-AgwGitCredential -NoStatus | Should -Not -BeNullOrEmpty
        Get-AgwGitCredential lab | Remove-AgwGitCredential -Confirm:$false
        Get-AgwGitCredential | Should -BeNullOrEmpty
        Get-Truth "grep -rl '[a]gw-token-1' /home /etc /run /var/lib/agentworks 2>/dev/null; true" | Should -BeNullOrEmpty
    }
}
