# ssh's aliases on this computer. No machine is needed: nobody logs in.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Enter-TestHome
    Add-TestRecord
}

AfterAll { Exit-TestHome }

Describe 'Update-AgwSshConfig' {
    BeforeEach {
        $folder = Join-Path $TestDrive ([guid]::NewGuid())
        $config = Join-Path $folder 'config'
        $null = New-Item -ItemType Directory $folder
        "[operator]`nssh_config = '$config'`nssh_host_prefix = 'my-'" | Set-Content (Join-Path $env:AGENTWORKS_HOME 'config.toml')
    }

    It 'writes an alias for each machine and agent into a file of its own' {
        "Host mine`n  Port 22" | Set-Content $config -NoNewline
        $result = Update-AgwSshConfig
        $result.Changed | Should -BeTrue
        $result.Aliases.Alias | Should -Be 'my-dev', 'my-dev--agt-coder'
        $result.Aliases[1].Agent | Should -Be 'coder'
        $result.Path | Should -Be (Join-Path $folder 'config.d' 'agentworks.conf')
        Get-Content $config -Raw | Should -BeExactly "Include $folder/config.d/agentworks.conf`nHost mine`n  Port 22"
        (Update-AgwSshConfig).Changed | Should -BeFalse
        @(ssh -F $config -G my-dev--agt-coder) | Should -Contain 'user agt-coder'
        @(ssh -F $config -G my-dev) | Should -Contain 'user agentworks'
        @(ssh -F $config -G my-dev) | Should -Contain 'stricthostkeychecking true'
        @(ssh -F $config -G mine) | Should -Contain 'port 22'
    }

    It 'writes nothing with -WhatIf' {
        Update-AgwSshConfig -WhatIf | Should -BeNullOrEmpty
        Get-ChildItem $folder | Should -BeNullOrEmpty
    }

    It 'keeps to a marked part when told so' {
        Add-Content (Join-Path $env:AGENTWORKS_HOME 'config.toml') 'ssh_config_dir = false'
        'Host mine' | Set-Content $config
        (Update-AgwSshConfig).Path | Should -Be $config
        (Get-ChildItem $folder).Name | Should -Be 'config'
        Get-Content $config -Raw | Should -Match '(?s)^# >>> agentworks.*\nHost my-dev .*\n# <<< agentworks\nHost mine\n$'
    }

    It 'leaves what another folder wrote, unless forced' {
        $own = New-Item -Force (Join-Path $folder 'config.d' 'agentworks.conf') -Value "# Agentworks other.`n"
        { Update-AgwSshConfig -ErrorAction Stop } | Should -Throw -ErrorId 'AlreadyExists,*'
        (Update-AgwSshConfig -Force).Changed | Should -BeTrue
        Get-Content $own | Should -Contain 'Host my-dev my-dev--agt-coder'
    }
}
