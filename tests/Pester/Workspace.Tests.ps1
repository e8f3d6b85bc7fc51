# Workspaces on a real machine.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
}

AfterAll { Exit-TestMachine }

Describe 'A workspace' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }
    AfterEach { Get-AgwWorkspace | Remove-AgwWorkspace -Cascade -Force -Confirm:$false }

    It 'is a folder of its group on the machine that was piped' {
        $workspace = Get-AgwVm box | New-AgwWorkspace app
        $workspace.Vm | Should -Be 'box'
        $workspace.Template | Should -Be 'default'
        Get-Truth "stat -c '%G %a' $($workspace.Path)" | Should -Match "^$($workspace.Group) 2770$"
    }

    It 'needs no machine named when there is only one' {
        (New-AgwWorkspace app).Vm | Should -Be 'box'
    }

    It 'comes from rows of a table' {
        'Name,Vm', 'one,box', 'two,box' | Set-Content TestDrive:/list.csv
        (Import-Csv TestDrive:/list.csv | New-AgwWorkspace).Name | Should -Be 'one', 'two'
        (Get-AgwWorkspace).Name | Should -Be 'one', 'two'
    }

    It 'holds a branch of a local repository, named as PowerShell sees it' {
        $null = New-Item -ItemType Directory TestDrive:/repo
        $path = (Get-Item TestDrive:/repo).FullName
        $null = git init --quiet --initial-branch=main $path
        'text' | Set-Content "$path/file.txt"
        $null = git -C $path add .
        $null = git -C $path -c user.name=t -c user.email=t@example.org commit --quiet -m 'The first one'
        $null = git -C $path branch side
        Push-Location TestDrive:/
        try { $workspace = New-AgwWorkspace app -Repository ./repo -Branch side }
        finally { Pop-Location }
        $workspace | Invoke-AgwCommand 'git log --format=%s; git branch --show-current; cat file.txt' | ForEach-Object Output |
            Should -Be "The first one`nside`ntext`n"
    }

    It 'fails as a whole when there is nothing to clone' {
        New-AgwWorkspace app -Repository (Join-Path $TestDrive 'not-there') -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems | Should -HaveCount 1
        Get-AgwWorkspace app* | Remove-AgwWorkspace -Confirm:$false -ErrorAction Stop
        Get-Truth 'ls /opt/agentworks/workspaces' | Should -Not -Match '(?m)^app$'
    }

    It 'goes with its group and its files' {
        $workspace = New-AgwWorkspace app
        $workspace | Remove-AgwWorkspace -Confirm:$false | Should -BeNullOrEmpty
        Get-AgwWorkspace a* | Should -BeNullOrEmpty
        Get-Truth "ls -d $($workspace.Path) 2>/dev/null; getent group $($workspace.Group); getent passwd $($workspace.Group); true" | Should -BeNullOrEmpty
    }

    It 'does not go while sessions live in it, unless with -Cascade' {
        $workspace = New-AgwWorkspace app
        $null = New-AgwSession s1 app -Admin -Command 'sleep 1000'
        { $workspace | Remove-AgwWorkspace -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'HasDependents,*'
        $workspace | Remove-AgwWorkspace -Cascade -Force -Confirm:$false -ErrorAction Stop
        Get-AgwSession | Should -BeNullOrEmpty
    }

    It 'is looked at and repaired, through the pipeline and by pattern' {
        $null = New-AgwWorkspace app
        $null = New-AgwWorkspace web
        Get-AgwWorkspace | Test-AgwWorkspace | Where-Object Status -NE InPlace | Should -BeNullOrEmpty
        Test-AgwWorkspace -Quiet | Should -BeTrue
        $null = Get-Truth 'chmod 2750 /opt/agentworks/workspaces/web'
        $drifted = Test-AgwWorkspace | Where-Object Status -EQ Drifted
        $drifted.Name, $drifted.Check | Should -Be 'web', 'workspace-folder'
        Get-AgwWorkspace web | Test-AgwWorkspace -Quiet | Should -BeFalse
        $repairs = Repair-AgwWorkspace *
        $repairs.Workspace | Should -Be 'app', 'web'
        $repairs.Changed | Should -Be 0, 1
        (Repair-AgwWorkspace web).Changed | Should -Be 0
        Test-AgwWorkspace nope -Quiet -ErrorVariable problems -ErrorAction SilentlyContinue | Should -Not -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'NotFound,*'
    }

    It 'is copied and moved' {
        $null = New-AgwWorkspace app
        $null = Invoke-AgwCommand -Workspace app 'echo text > file'
        $copy = Get-AgwWorkspace app | Copy-AgwWorkspace -Name twin
        $copy.Name, $copy.Vm, $copy.Template | Should -Be 'twin', 'box', 'default'
        (Move-AgwWorkspace twin /srv/work/twin).Path | Should -Be '/srv/work/twin'
        (Invoke-AgwCommand -Workspace twin 'pwd; cat file').Output | Should -Be "/srv/work/twin`ntext`n"
        { Copy-AgwWorkspace app twin -ErrorAction Stop } | Should -Throw -ErrorId 'AlreadyExists,*'
        { Move-AgwWorkspace app /etc/app -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRequest,*'
        { Copy-AgwWorkspace app 'Bad Name' -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidName,*'
    }

    It 'is moved only when its sessions are stopped' {
        $null = New-AgwWorkspace app
        $null = New-AgwSession s1 app -Admin -Command 'sleep 1000'
        { Move-AgwWorkspace app /srv/work/app -ErrorAction Stop } | Should -Throw -ErrorId 'HasDependents,*'
        (Move-AgwWorkspace app /srv/work/app -Force -Timeout 1).Path | Should -Be '/srv/work/app'
        (Get-AgwSession s1).Status | Should -Be 'Stopped'
    }
}
