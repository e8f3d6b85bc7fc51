# New-AgwConfig, Get-AgwConfig, Test-AgwEnvironment.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $folder = Enter-TestHome
    $file = Join-Path $folder 'config.toml'
}

AfterAll { Exit-TestHome }

Describe 'Configuration' {
    AfterEach { Remove-Item $file -ErrorAction Ignore }

    It 'has defaults without a file' {
        $config = Get-AgwConfig
        $config.Exists | Should -BeFalse
        $config.Home | Should -Be $folder
        $config.Path | Should -Be $file
        $config.VmTemplates | Should -Contain 'default'
    }

    It 'is written as a sample that changes nothing' {
        $before = Get-AgwConfig | Select-Object * -ExcludeProperty Exists | ConvertTo-Json
        (New-AgwConfig).Exists | Should -BeTrue
        $file | Should -Exist
        Get-AgwConfig | Select-Object * -ExcludeProperty Exists | ConvertTo-Json | Should -Be $before
    }

    It 'is never overwritten unasked' {
        '# mine' | Set-Content $file
        { New-AgwConfig -ErrorAction Stop } | Should -Throw -ErrorId 'AlreadyExists,Agentworks.PowerShell.NewAgwConfigCommand'
        Get-Content $file | Should -Be '# mine'
        $null = New-AgwConfig -Force
        Get-Content $file -Raw | Should -Not -BeLike '*# mine*'
    }

    It 'is read again when it has changed' {
        '[admin.config]', 'username = "ops"' | Set-Content $file
        (Get-AgwConfig).AdminUser | Should -Be 'ops'
    }

    It 'names the place of a mistake' {
        '[admin.config]', 'usrname = "ops"' | Set-Content $file
        { Get-AgwConfig } | Should -Throw -ErrorId 'Config,Agentworks.PowerShell.GetAgwConfigCommand' -PassThru |
            ForEach-Object { $_.CategoryInfo.Category | Should -Be 'InvalidData'; "$_" | Should -Match 'config\.toml\(2,1\).*usrname' }
    }
}

Describe 'Test-AgwEnvironment' {
    It 'reports findings with something to do about the bad ones' {
        $checks = Test-AgwEnvironment
        $checks.Count | Should -BeGreaterThan 3
        foreach ($check in $checks) { $check.Message | Should -Not -BeNullOrEmpty }
        ($checks | Where-Object Status -EQ 'Failed') | ForEach-Object { $_.Recommendation | Should -Not -BeNullOrEmpty }
    }

    It 'sums up with -Quiet' {
        Test-AgwEnvironment -Quiet | Should -BeOfType ([bool])
        Test-AgwEnvironment -Quiet | Should -Be (@(Test-AgwEnvironment | Where-Object Status -EQ 'Failed').Count -eq 0)
    }

    It 'finds a configuration that is wrong' {
        'what = ' | Set-Content $file
        try {
            Test-AgwEnvironment -Quiet | Should -BeFalse
            Test-AgwEnvironment | Where-Object Status -EQ 'Failed' | ForEach-Object Name | Should -Contain 'Configuration'
        }
        finally { Remove-Item $file }
    }
}

Describe 'The sample' {
    It 'is what New-AgwConfig writes' {
        $null = New-AgwConfig -Force
        Get-AgwConfig -Sample | Should -Be (Get-Content $file -Raw)
        Remove-Item $file
    }
}

Describe 'Edit-AgwConfig' {
    It 'says that it needs a terminal' {
        { Edit-AgwConfig -Editor true } | Should -Throw -ErrorId 'NotInteractive,Agentworks.PowerShell.EditAgwConfigCommand'
    }

    It 'opens the file in the editor and reads it afterwards' {
        $editor = Join-Path $TestDrive 'my editor'
        "#!/bin/sh`n[ `"`$1`" = -n ] || exit 9`nprintf '[admin.config]\nusername = `"ops`"\n' > `"`$2`"" | Set-Content $editor -NoNewline
        chmod +x $editor
        $line = "Import-Module '$module'; (Edit-AgwConfig -Editor `"'$editor' -n`").AdminUser"
        $said = Join-Path $TestDrive 'said'
        # script gives it the terminal that it asks for.
        $null = script -qec "'$(Get-PwshPath)' -NoProfile -EncodedCommand $([Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($line)))" $said
        Get-Content $said -Raw | Should -Match 'ops'
        Get-Content $file -Raw | Should -Match 'ops'
        Remove-Item $file
    }
}
