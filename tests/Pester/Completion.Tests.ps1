# Tab completion, from records alone.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Enter-TestHome
    Add-TestRecord
}

AfterAll { Exit-TestHome }

Describe 'Completion of "<Line>"' -ForEach @(
    @{ Line = 'Get-AgwVm d'; Expected = 'dev' }
    @{ Line = "Get-AgwVm 'd"; Expected = 'dev' }
    @{ Line = 'Test-AgwVm d'; Expected = 'dev' }
    @{ Line = 'Get-AgwCatalogEntry terr'; Expected = 'terraform' }
    @{ Line = 'Stop-AgwSession '; Expected = 's1', 's2', 'web' }
    @{ Line = 'Stop-AgwSession -Name s1,s'; Expected = 's1', 's2' }
    @{ Line = 'Remove-AgwWorkspace '; Expected = 'app', 'web' }
    @{ Line = 'New-AgwWorkspace x -Vm '; Expected = 'dev' }
    @{ Line = 'New-AgwSession x -Workspace a'; Expected = 'app' }
    @{ Line = 'New-AgwSession x -Workspace app -Agent '; Expected = 'coder' }
    @{ Line = 'Get-AgwSession -Agent coder -Name '; Expected = 's1', 's2' }
    @{ Line = 'Get-AgwSession -Workspace web -Name '; Expected = $null }
    @{ Line = 'Get-AgwSession -Status R'; Expected = 'Running' }
    @{ Line = 'New-AgwVm x -Platform n'; Expected = 'nspawn' }
    @{ Line = 'New-AgwVm x -Template d'; Expected = 'default' }
    @{ Line = 'Send-AgwSessionInput s1 -Key C-c'; Expected = 'C-c' }
    @{ Line = 'Grant-AgwWorkspaceAccess c'; Expected = 'coder' }
) {
    It 'offers what there is, with a word about each' {
        $results = Complete $Line
        $results.CompletionText | Should -Be $Expected
        foreach ($result in $results) { $result.ToolTip | Should -Not -BeNullOrEmpty }
    }
}

Describe 'Completion' {
    It 'is silent where nothing can be known' {
        $before = $env:AGENTWORKS_HOME
        try {
            $env:AGENTWORKS_HOME = Join-Path $before 'not-a-folder'
            'in the way' | Set-Content $env:AGENTWORKS_HOME
            $Error.Clear()   # when it is full, one more would not be seen
            (Complete 'New-AgwVm x -Template ').CompletionText | Should -Not -Contain 'default'
            $Error | Should -BeNullOrEmpty
        }
        finally { $env:AGENTWORKS_HOME = $before }
    }
}
