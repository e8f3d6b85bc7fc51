# Workspaces on virtual machines, as an operator uses them. Translated, a boot takes seconds: one machine is used for all that is not about making one.

Describe 'Workspaces on qemu' -Tag Machine {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $examples = Join-Path $PSScriptRoot '../../examples'
        $size = @{ Platform = 'qemu'; Cpu = 1; MemoryMB = 512; DiskGB = 3 }
        $script:folder = Enter-TestHome
        $check = Test-AgwEnvironment | Where-Object Name -EQ 'Platform qemu'
        $script:why = if (-not $IsLinux) { 'machines need Linux' } elseif ($check.Status -ne 'Ok') { "no machine can be made here: $($check.Message) $($check.Recommendation)" }
        if (-not $why) { $null = Set-AgwWorkspacePool -Count 1 @size -ErrorAction Stop }
    }

    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    AfterAll {
        if (-not $why) {
            $null = Set-AgwWorkspacePool -Count 0 -Platform qemu
            Get-AgwWorkspace | Where-Object ParentWorkspace | Remove-AgwWorkspace -Cascade -Force -Confirm:$false
            Get-AgwVm -NoStatus -IncludePool | Remove-AgwVm -Cascade -Force -Confirm:$false
        }
        Exit-TestHome
    }

    It 'are made when the pool has none that can have their size' {
        $larger = $size.Clone()
        $larger.MemoryMB = 513
        $made = New-AgwWorkspace vm -Isolated @larger
        $made.FromPool, $made.MemoryMiB, $made.Boundary | Should -Be $false, 513, 'Machine'
        (Get-AgwWorkspacePool).Ready | Should -Be 1
    }

    It 'have files, jobs, sessions and git' {
        Set-AgwFileContent -Workspace vm src/a.txt 'one'
        Get-AgwFileContent -Workspace vm src/a.txt | Should -BeExactly 'one'
        (Get-AgwFile -Workspace vm src -Filter *.txt).Name | Should -Be 'a.txt'
        Start-AgwJob 'cat src/a.txt; exit 3' -Workspace vm -Name reads | Receive-AgwJob -Wait | Should -BeExactly 'one'
        (Get-AgwJob reads).ExitCode | Should -Be 3
        $null = New-AgwSession waits -Workspace vm -Admin -Command 'echo ready in $PWD; sleep 100000' -ErrorAction Stop
        Wait-Until { (Get-AgwSessionLog waits) -match 'ready in /workspace' }
        (Get-AgwSession waits).Status | Should -Be Running
        Get-AgwSession waits | Remove-AgwSession -Confirm:$false
        (Invoke-AgwCommand -Workspace vm 'git init -q -b main && git config user.name Test && git config user.email test@example.org').ExitCode | Should -Be 0
        (New-AgwGitCommit -Workspace vm -Message One -All).Subject | Should -BeExactly 'One'
        Set-AgwFileContent -Workspace vm src/a.txt 'two'
        (Get-AgwGitStatus -Workspace vm).Branch | Should -BeExactly 'main'
        (Get-AgwGitDiff -Workspace vm | Out-String) | Should -Match '\+two'
        (Invoke-AgwCommand -Workspace vm 'git checkout -q .').ExitCode | Should -Be 0
    }

    It 'keep what passes a test and take back what does not' {
        $results = & "$examples/checkpoint-loop.ps1" vm -Change 'echo good > extra && git add extra && git commit -qm Extra', 'rm -rf src .git' -Test 'test -f src/a.txt'
        $results.Kept | Should -Be $true, $false
        (Invoke-AgwCommand -Workspace vm 'cat src/a.txt extra; git log --format=%s').Output | Should -BeExactly "one`ngood`nExtra`nOne`n"
        Get-AgwSnapshot -Workspace vm | Should -BeNullOrEmpty
    }

    It 'let a feature grow in a fork by a job, and merge it' {
        $merged = & "$examples/fork-and-merge.ps1" vm @{ 'vm-a' = 'hostname > a.txt' }
        $merged.Success | Should -BeTrue
        (Invoke-AgwCommand -Workspace vm 'cat src/a.txt a.txt').Output | Should -BeExactly "one`nvm-a`n"
        Get-AgwWorkspace vm-* | Should -BeNullOrEmpty
    }

    It 'come from the pool when it has, and their disk grows' {
        $larger = $size.Clone()
        $larger.DiskGB = 5
        $claimed = New-AgwWorkspace quick -Isolated @larger
        $claimed.FromPool, $claimed.DiskGiB | Should -Be $true, 5
        $disk, $name = ($claimed | Invoke-AgwCommand 'df -BM --output=size / | tail -1 | tr -dc 0-9; echo; hostname').Output.Trim() -split "`n"
        [int] $disk | Should -BeGreaterThan 4096
        $name | Should -BeExactly 'quick'
    }
}
