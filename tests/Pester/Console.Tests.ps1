# Consoles as they are recorded: their machine is off and never really was. What they do on a machine, tests/EndToEnd shows.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Enter-TestHome
    Add-TestRecord
    function Get-Member([string] $Name) { (Get-AgwConsole $Name -NoStatus).Sessions | ForEach-Object { "$_" } }
    function Get-Problem([string] $Line) {
        Invoke-Expression "$Line -ErrorVariable problems -ErrorAction SilentlyContinue" | Should -BeNullOrEmpty
        $problems | Should -HaveCount 1
        $problems[0]
    }
}

AfterAll { Exit-TestHome }

Describe 'A console' {
    AfterEach { Get-AgwConsole -NoStatus | Remove-AgwConsole -Confirm:$false }

    It 'is made of the sessions that are named, with their shells' {
        $console = New-AgwConsole day web+2, s1
        $console.Vm | Should -Be 'dev'
        $console.Status | Should -Be 'Unknown'
        $console.SessionCount, $console.ShellCount | Should -Be 2, 2
        Get-Member day | Should -Be 'web+2', 's1'
        $console.Sessions[0].Shells[1].Index | Should -Be 1
        $console.Sessions[1].Agent | Should -Be 'coder'
    }

    It 'is made of the sessions that come down the pipeline, and there is one' {
        $console = Get-AgwSession s2, s1 -NoStatus | New-AgwConsole day
        @($console) | Should -HaveCount 1
        Get-Member day | Should -Be 's2', 's1'
    }

    It 'is made of all there are, by name, behind those that are named' {
        $null = Get-AgwVm dev -NoStatus | New-AgwConsole day -All
        Get-Member day | Should -Be 's1', 's2', 'web'
        $null = New-AgwConsole other web+1 -All
        Get-Member other | Should -Be 'web+1', 's1', 's2'
    }

    It 'may hold the admin''s shell alone' {
        (New-AgwConsole day -Vm dev -AdminShell).SessionCount | Should -Be 0
    }

    It 'is refused: <Line>' -ForEach @(
        @{ Line = 'New-AgwConsole day -Vm dev'; Id = 'InvalidRequest'; Target = 'day' }
        @{ Line = 'New-AgwConsole day s1, s1'; Id = 'InvalidRequest'; Target = 's1' }
        @{ Line = 'New-AgwConsole day s1+x'; Id = 'InvalidRequest'; Target = 's1+x' }
        @{ Line = 'New-AgwConsole day s1+1+1'; Id = 'InvalidRequest'; Target = 's1+1+1' }
        @{ Line = 'New-AgwConsole day s1+-1'; Id = 'InvalidRequest'; Target = 's1+-1' }
        @{ Line = 'New-AgwConsole day nope'; Id = 'NotFound'; Target = 'nope' }
        @{ Line = 'New-AgwConsole day s1 -Vm nope'; Id = 'NotFound'; Target = 'nope' }
        @{ Line = 'New-AgwConsole day--2 s1'; Id = 'InvalidName'; Target = 'day--2' }
        @{ Line = 'Get-AgwWorkspace app | New-AgwConsole day'; Id = 'WrongKind'; Target = 'app' }
    ) {
        $problem = Get-Problem $Line
        $problem.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        "$($problem.TargetObject)" | Should -Be $Target
        $problem.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        Get-AgwConsole -NoStatus | Should -BeNullOrEmpty
    }

    It 'has a name that no other has' {
        $null = New-AgwConsole day s1
        (Get-Problem 'New-AgwConsole day s2').FullyQualifiedErrorId | Should -BeLike 'AlreadyExists,*'
        Get-Member day | Should -Be 's1'
    }

    It 'of a machine that is off is changed in the records, and says so when asked' {
        $null = New-AgwConsole day s1
        (Add-AgwConsoleSession day s2 -Verbose 4>&1) -join ' ' | Should -Match 'dev'
        Get-Member day | Should -Be 's1', 's2'
    }

    It 'shows what became of it, on demand' {
        $null = New-AgwConsole day s1
        Add-AgwConsoleSession day s2 | Should -BeNullOrEmpty
        (Add-AgwConsoleSession day web -PassThru).SessionCount | Should -Be 3
    }

    It 'takes and gives up sessions from the pipeline, in one change' {
        $null = New-AgwConsole day web
        Get-AgwSession s2, s1 -NoStatus | Add-AgwConsoleSession day
        Get-Member day | Should -Be 'web', 's2', 's1'
        (Get-AgwConsole day -NoStatus).Sessions | Where-Object Agent -EQ 'coder' | Remove-AgwConsoleSession -Confirm:$false
        Get-Member day | Should -Be 'web'
    }

    It 'is changed whole or not at all' {
        $null = New-AgwConsole day s1
        (Get-Problem 'Add-AgwConsoleSession day s2, s1').TargetObject | Should -Be 's1'
        (Get-Problem 'Add-AgwConsoleSession day s2, nope').FullyQualifiedErrorId | Should -BeLike 'NotFound,*'
        (Get-Problem 'Remove-AgwConsoleSession day s1, s2 -Confirm:$false').TargetObject | Should -Be 's2'
        Get-Member day | Should -Be 's1'
    }

    It 'that loses its last session stays, with a warning' {
        $null = New-AgwConsole day s1
        Remove-AgwConsoleSession day s* -Confirm:$false -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '*day*'
        (Get-AgwConsole day -NoStatus).SessionCount | Should -Be 0
    }

    It 'puts in front what is named; the rest keeps its order' {
        $null = New-AgwConsole day s1, s2+1, web
        Set-AgwConsoleSession day web
        Get-Member day | Should -Be 'web', 's1', 's2+1'
        Set-AgwConsoleSession day s2, web
        Get-Member day | Should -Be 's2+1', 'web', 's1'
        (Get-Problem 'Set-AgwConsoleSession day web, nope').TargetObject | Should -Be 'nope'
        (Get-Problem 'Set-AgwConsoleSession day web, web').TargetObject | Should -Be 'web'
        Get-Member day | Should -Be 's2+1', 'web', 's1'
    }

    It 'has shells where they are wanted' {
        $null = New-AgwConsole day s1+1
        Add-AgwConsoleShell day s1 -WorkingDirectory src/app -Admin
        $shells = (Get-AgwConsole day -NoStatus).Sessions.Shells
        $shells.WorkingDirectory | Should -Be $null, 'src/app'
        $shells.Admin | Should -Be $false, $true
    }

    It 'has no shell in <Folder>' -ForEach @(@{ Folder = '/etc' }, @{ Folder = 'a/../b' }, @{ Folder = '..' }, @{ Folder = '' }, @{ Folder = "a`nb" }) {
        $null = New-AgwConsole day s1
        $folder = $Folder
        (Get-Problem 'Add-AgwConsoleShell day s1 -WorkingDirectory $folder').FullyQualifiedErrorId | Should -BeLike 'InvalidRequest,*'
        (Get-AgwConsole day -NoStatus).ShellCount | Should -Be 0
    }

    It 'gives up shells by the numbers they had' {
        $null = New-AgwConsole day s1, s2+1
        foreach ($folder in 'a', 'b', 'c') { Add-AgwConsoleShell day s1 -WorkingDirectory $folder }
        $wanted = { $_.WorkingDirectory -in 'a', 'b' }
        (Get-AgwConsole day -NoStatus).Sessions.Shells | Where-Object $wanted | Remove-AgwConsoleShell -Confirm:$false
        (Get-AgwConsole day -NoStatus).Sessions[0].Shells | ForEach-Object { "$($_.Index) $($_.WorkingDirectory)" } | Should -Be '0 c'
        (Get-Problem 'Remove-AgwConsoleShell day s1 1 -Confirm:$false').TargetObject | Should -Be 1
        (Get-AgwConsole day -NoStatus).ShellCount | Should -Be 2
    }
}

Describe 'Finding consoles' {
    BeforeAll {
        $null = New-AgwConsole agents s1, s2
        $null = New-AgwConsole admins web
        $null = New-AgwConsole bare -Vm dev -AdminShell
    }
    AfterAll { Get-AgwConsole -NoStatus | Remove-AgwConsole -Confirm:$false }

    It 'by name and pattern, each once' {
        (Get-AgwConsole agents, a* -NoStatus).Name | Should -Be 'agents', 'admins'
        'bare' | Get-AgwConsole -NoStatus | ForEach-Object Name | Should -Be 'bare'
    }

    It 'by what one of their sessions is' {
        (Get-AgwConsole -Agent coder -NoStatus).Name | Should -Be 'agents'
        (Get-AgwConsole -Workspace app -NoStatus).Name | Should -Be 'admins', 'agents'
        Get-AgwConsole -Workspace web -Agent coder -NoStatus | Should -BeNullOrEmpty
        (Get-AgwConsole -Workspace web, app -Agent coder -NoStatus).Name | Should -Be 'agents'
        (Get-AgwVm dev -NoStatus | Get-AgwConsole -NoStatus).Name | Should -Be 'admins', 'agents', 'bare'
        (Get-AgwAgent coder | Get-AgwConsole -NoStatus).Name | Should -Be 'agents'
    }

    It '<Line>: a name without a match is an error of that name' -ForEach @(
        @{ Line = 'Get-AgwConsole nope' }
        @{ Line = 'Get-AgwConsole -Vm nope' }
        @{ Line = 'Remove-AgwConsole nope -Confirm:$false' }
        @{ Line = 'Repair-AgwConsole nope' }
        @{ Line = 'Export-AgwConsole nope' }
        @{ Line = 'Add-AgwConsoleSession nope s1' }
        @{ Line = 'Set-AgwConsoleSession nope s1' }
        @{ Line = 'Remove-AgwConsoleSession nope s1 -Confirm:$false' }
        @{ Line = 'Add-AgwConsoleShell nope s1' }
        @{ Line = 'Remove-AgwConsoleShell nope s1 0 -Confirm:$false' }
    ) {
        $problem = Get-Problem $Line
        $problem.FullyQualifiedErrorId | Should -BeLike 'NotFound,*'
        $problem.TargetObject.ToString() | Should -Be 'nope'
    }

    It 'shows a table and a list' {
        $PSStyle.OutputRendering = 'PlainText'
        Get-AgwConsole agents -NoStatus | Out-String -Width 120 | Should -Match 'Name\s+Status\s+Vm\s+AdminShell\s+Shells\s+Sessions\s+-.*\s+agents\s+Unknown\s+dev\s+False\s+0\s+s1, s2'
        Get-AgwConsole agents -NoStatus | Format-List | Out-String | Should -Match 'Sessions\s+: s1, s2'
        (Get-AgwConsole agents -NoStatus).Sessions | Out-String -Width 120 | Should -Match 'Console\s+Session\s+Workspace\s+Agent\s+Shells'
    }

    It 'completes <Line>' -ForEach @(
        @{ Line = 'Enter-AgwConsole a'; Expected = 'admins', 'agents' }
        @{ Line = 'Remove-AgwConsoleSession -Console agents -Session '; Expected = 's1', 's2' }
        @{ Line = 'Set-AgwConsoleSession admins '; Expected = 'web' }
        @{ Line = 'Repair-AgwConsole agents -Session '; Expected = 's1', 's2' }
    ) {
        (Complete $Line).CompletionText | Should -Be $Expected
    }

    It 'changes nothing with -WhatIf: <Line>' -ForEach @(
        @{ Line = 'New-AgwConsole x s1' }
        @{ Line = 'Add-AgwConsoleSession agents web' }
        @{ Line = 'Set-AgwConsoleSession agents s2' }
        @{ Line = 'Remove-AgwConsoleSession agents s1' }
        @{ Line = 'Add-AgwConsoleShell agents s1' }
        @{ Line = 'Repair-AgwConsole agents' }
        @{ Line = 'Remove-AgwConsole *' }
        @{ Line = 'Export-AgwConsole agents -Path TestDrive:/x.yml' }
    ) {
        $before = Get-AgwConsole -NoStatus | ConvertTo-Json -Depth 5
        Invoke-Expression "$Line -WhatIf -ErrorAction Stop" | Should -BeNullOrEmpty
        Get-AgwConsole -NoStatus | ConvertTo-Json -Depth 5 | Should -Be $before
        'TestDrive:/x.yml' | Should -Not -Exist
    }

    It 'is Stopped where the machine is off' {
        (Get-AgwConsole agents).Status | Should -BeIn 'Stopped', 'Unknown'
        (Get-Problem 'Repair-AgwConsole agents').CategoryInfo.Category | Should -Not -Be 'NotSpecified'
    }
}

Describe 'Exporting a console' {
    It 'gives a file whose every text is what it was' {
        $null = New-AgwConsole out s1 -AdminShell
        Add-AgwConsoleShell out s1 -WorkingDirectory "it's <%= `"odd`" %> #{x}: - \n"
        $text = Export-AgwConsole out
        $text | Should -Not -Match '<'
        $line = ($text -split "`n") -match 'odd'
        $line.Trim().Substring(2) | ConvertFrom-Json | Should -Be "exec /usr/lib/agentworks/console-shell 'agt-coder' '/opt/agentworks/workspaces/app' 'it'\''s <%= `"odd`" %> #{x}: - \n'"
        Export-AgwConsole out -Path TestDrive:/out.yml | Should -BeNullOrEmpty
        Get-Content TestDrive:/out.yml -Raw | Should -Be $text
        Remove-AgwConsole out -Confirm:$false
    }
}
