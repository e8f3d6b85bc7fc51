# What a person sees. No machine is needed.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Enter-TestHome
    Add-TestRecord
    $rendering = $PSStyle.OutputRendering
    function Show($Object, [switch] $List) { $(if ($List) { $Object | Format-List } else { $Object }) | Out-String -Width 120 }
    function New-Result([hashtable] $Values) {
        $result = [Runtime.CompilerServices.RuntimeHelpers]::GetUninitializedObject((Get-EngineType 'Agentworks.Model.AgwCommandResult'))
        $defaults = @{ Vm = 'dev'; Command = 'true'; Output = ''; ErrorOutput = ''; OutputLength = 0L; ErrorLength = 0L }
        foreach ($name in $defaults.Keys) { if (-not $Values.ContainsKey($name)) { $Values[$name] = $defaults[$name] } }
        foreach ($name in $Values.Keys) { $result.GetType().GetProperty($name).SetValue($result, $Values[$name]) }
        $result
    }
}

AfterAll {
    $PSStyle.OutputRendering = $rendering
    Exit-TestHome
}

Describe 'Views' {
    BeforeEach { $PSStyle.OutputRendering = 'PlainText' }

    It 'are tables with the columns that matter' {
        Show (Get-AgwVm -NoStatus) | Should -Match 'Name\s+Status\s+Platform\s+State\s+Workspaces\s+Sessions\s+-.*\s+dev\s+Unknown\s+nspawn\s+Ready\s+2\s+3\s'
        Show (Get-AgwSession s1 -NoStatus) | Should -Match 'Name\s+Status\s+Workspace\s+Vm\s+Agent\s+Command\s'
        Show (Get-AgwWorkspace) | Should -Match 'Name\s+Vm\s+Isolation\s+State\s+Sessions\s+Repository\s'
        Show (Get-AgwAgent) | Should -Match 'Name\s+Vm\s+State\s+Sessions\s+Workspaces\s'
    }

    It 'are lists on demand' {
        Show (Get-AgwVm -NoStatus) -List | Should -Match 'HostName\s+: dev'
        Show (Get-AgwSession s1 -NoStatus) -List | Should -Match 'LinuxUser\s+: agt-coder'
    }

    It 'let no control character through' {
        $hostile = New-Result @{ Output = "a`e[2Jb`u{9b}31mc`rd`n"; ErrorOutput = "`a`u{202e}x"; Command = "x`e]0;t`a"; Agent = "c`e[1m" }
        foreach ($view in (Show $hostile), (Show $hostile -List), ($hostile | Format-Table | Out-String), (Show (Get-AgwSession s1 -NoStatus)), (Show (Get-AgwSession s1 -NoStatus) -List)) {
            $view | Should -Not -Match "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]"
            $view -replace "`r`n" | Should -Not -Match "`r"
        }
        Show $hostile | Should -Match ([regex]::Escape('a^[[2Jb\u009b31mc^Md'))
    }

    It 'show a result as whose it is, how it ended and what it wrote' {
        $bytes = [ReadOnlyMemory[byte]]::new([byte[]](1..3))
        $text = Show (New-Result @{ Workspace = 'app'; Agent = 'coder'; ExitCode = 3; Output = "one`ntwo`n"; ErrorOutput = 'bad'; OutputBytes = $bytes; OutputLength = 10L })
        $text | Should -Match '--- app on dev as coder: exit status 3\s+one\s+two\s+bad\s+\[7 bytes of output dropped\]'
    }
}

Describe 'Colours' {
    It 'come from $PSStyle and go where they are unwanted' {
        $PSStyle.OutputRendering = 'Ansi'
        Show (Get-AgwVm -NoStatus) | Should -Match ([regex]::Escape($PSStyle.Foreground.Yellow + 'Unknown'))
        $PSStyle.OutputRendering = 'PlainText'
        Show (Get-AgwVm -NoStatus) | Should -Not -Match "`e"
    }

    It 'respect NO_COLOR' {
        $env:NO_COLOR = '1'
        try { (Invoke-Pwsh '$PSStyle.OutputRendering = "Host"; Get-AgwVm -NoStatus | Out-String') -join "`n" | Should -Not -Match "`e" }
        finally { $env:NO_COLOR = $null }
    }

    It 'leave the object alone' {
        $PSStyle.OutputRendering = 'Ansi'
        "$((Get-AgwVm dev -NoStatus).Status)" | Should -Be 'Unknown'
    }
}
