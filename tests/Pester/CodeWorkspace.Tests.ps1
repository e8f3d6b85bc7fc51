# Files for VS Code on this computer. No machine is needed.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Enter-TestHome
    Add-TestRecord
}

AfterAll { Exit-TestHome }

Describe 'Update-AgwCodeWorkspace' {
    BeforeEach {
        $folder = Join-Path $TestDrive ([guid]::NewGuid())
        "[paths]`nvscode_workspaces = '$folder'`n[operator]`nssh_config = '$(Join-Path $TestDrive none config)'" | Set-Content (Join-Path $env:AGENTWORKS_HOME 'config.toml')
    }

    It 'writes a file for each workspace' {
        $files = Update-AgwCodeWorkspace
        $files.Workspace | Should -Be 'app', 'web'
        $json = Get-Content (Join-Path $folder 'app.code-workspace') -Raw | ConvertFrom-Json
        $json.folders[0].uri | Should -Be 'vscode-remote://ssh-remote+awvm--dev/opt/agentworks/workspaces/app'
        $json.remoteAuthority | Should -Be 'ssh-remote+awvm--dev'
        (Update-AgwCodeWorkspace).Changed | Should -Be $false, $false
    }

    It 'writes what is named or piped, and nothing with -WhatIf' {
        (Get-AgwWorkspace web | Update-AgwCodeWorkspace).Workspace | Should -Be 'web'
        Update-AgwCodeWorkspace a* -WhatIf | Should -BeNullOrEmpty
        (Get-ChildItem $folder).Name | Should -Be 'web.code-workspace'
    }

    It 'removes files of workspaces that are gone, and no other' {
        $null = Update-AgwCodeWorkspace
        '{ "folders": [] }' | Set-Content (Join-Path $folder 'mine.code-workspace')
        Copy-Item (Join-Path $folder 'app.code-workspace') (Join-Path $folder 'gone.code-workspace')
        $null = Update-AgwCodeWorkspace web
        (Get-ChildItem $folder).Name | Should -Be 'app.code-workspace', 'mine.code-workspace', 'web.code-workspace'
    }

    It 'overwrites no file that is not ours' {
        $null = New-Item -Force (Join-Path $folder 'app.code-workspace') -Value '{}'
        { Update-AgwCodeWorkspace app -ErrorAction Stop } | Should -Throw -ErrorId 'AlreadyExists,*'
        Get-Content (Join-Path $folder 'app.code-workspace') | Should -Be '{}'
    }

    It 'says so when there is no program to open it' {
        $path = $env:PATH
        try {
            $env:PATH = $TestDrive
            $null = Update-AgwCodeWorkspace app -Open -WarningVariable warnings -WarningAction SilentlyContinue
        }
        finally { $env:PATH = $path }
        "$warnings" | Should -Match 'app\.code-workspace'
    }
}
