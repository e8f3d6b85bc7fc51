# The scripts in examples/ do what they say, on real machines: one that is shared, and machines of their own.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    $examples = Join-Path $PSScriptRoot '../../examples'
    $quiet = @{ Confirm = $false; WarningAction = 'Ignore'; ErrorAction = 'Stop' }
    function Skip-WithoutMachine { if ($why) { Set-ItResult -Skipped -Because $why; $true } }

    # A workspace that is a repository with one commit.
    function New-TestRepository([string] $Name, [hashtable] $Where = @{ Vm = 'box' }) {
        $null = New-AgwWorkspace $Name @Where -ErrorAction Stop
        $made = Invoke-AgwCommand -Workspace $Name 'git init -q -b main && echo one > file && git add . && git -c user.name=Test -c user.email=test@example.org commit -qm One' -ErrorAction Stop
        if ($made.ExitCode -ne 0) { throw $made.ErrorOutput }
    }
}

AfterAll { Exit-TestMachine }

Describe 'The patterns' {
    It 'run an unread script in a machine that is gone afterwards' {
        if (Skip-WithoutMachine) { return }
        $result = & "$examples/disposable-sandbox.ps1" 'echo hello from $(id -un); exit 3'
        $result.Output.Trim() | Should -BeExactly 'hello from workspace'
        $result.ExitCode | Should -Be 3
        Get-AgwWorkspace sandbox-* | Should -BeNullOrEmpty
    }

    It 'keep what passes a test and take back what does not' {
        if (Skip-WithoutMachine) { return }
        New-TestRepository loop
        $results = & "$examples/checkpoint-loop.ps1" loop -Change 'echo good > extra', 'rm -rf file .git' -Test 'test -f file'
        $results.Kept | Should -Be $true, $false
        (Invoke-AgwCommand -Workspace loop 'cat file extra; git log --format=%s').Output | Should -BeExactly "one`ngood`nOne`n"
        Get-AgwSnapshot -Workspace loop | Should -BeNullOrEmpty
    }

    It 'rank hypotheses that ran at once in forks' {
        if (Skip-WithoutMachine) { return }
        New-TestRepository race
        $ranked = & "$examples/parallel-hypotheses.ps1" race @{ good = 'cat file'; bad = 'exit 1' }
        $ranked.Hypothesis | Should -Be 'good', 'bad'
        $ranked.Succeeded | Should -Be $true, $false
        $ranked[0].Output.Trim() | Should -BeExactly 'one'
        (Get-AgwWorkspace race*).Name | Should -Be 'race'
    }

    It 'prepare a build environment once' {
        if (Skip-WithoutMachine) { return }
        $call = @{ Name = 'build'; Vm = 'box'; Setup = 'echo set >> setup.log'; Build = 'wc -l < setup.log' }
        (& "$examples/build-environment.ps1" @call).Output.Trim() | Should -Be '1'
        (& "$examples/build-environment.ps1" @call).Output.Trim() | Should -Be '1'
    }

    It 'edit files of a kind' {
        if (Skip-WithoutMachine) { return }
        $null = New-AgwWorkspace edits -Vm box
        Set-AgwFileContent -Workspace edits src/a.py 'DEBUG = True'
        Set-AgwFileContent -Workspace edits src/b.txt 'DEBUG = True'
        & "$examples/edit-files.ps1" edits src -Filter *.py -OldText 'DEBUG = True' -NewText 'DEBUG = False' | Should -HaveCount 1
        Get-AgwFileContent -Workspace edits src/a.py | Should -BeExactly 'DEBUG = False'
        Get-AgwFileContent -Workspace edits src/b.txt | Should -BeExactly 'DEBUG = True'
    }

    It 'clone, change, commit and push' {
        if (Skip-WithoutMachine) { return }
        $null = Get-Truth 'rm -rf /srv/pattern && git init -q --bare -b main /srv/pattern/up.git && git clone -q /srv/pattern/up.git /srv/pattern/seed && cd /srv/pattern/seed && echo one > file && git add . && git -c user.name=Test -c user.email=test@example.org commit -qm One && git push -q origin HEAD:main && chmod -R a+rwX /srv/pattern && git config --system --add safe.directory "*"'
        $results = & "$examples/git-workflow.ps1" flow -Vm box -Url file:///srv/pattern/up.git -Branch fix -Command 'echo two >> file' -Message 'Add two'
        $results[-1].Branch | Should -BeExactly 'fix'
        Get-Truth 'git -C /srv/pattern/up.git log --format=%s fix' | Should -BeExactly "Add two`nOne"
    }

    It 'show sizes of snapshots and remove the largest' {
        if (Skip-WithoutMachine) { return }
        $null = New-AgwWorkspace sizes -Vm box
        foreach ($n in 1..3) {
            $null = Invoke-AgwCommand -Workspace sizes "rm -f big; head -c ${n}m /dev/urandom > big"
            $null = New-AgwSnapshot -Workspace sizes -Name "s$n"
        }
        $null = Invoke-AgwCommand -Workspace sizes 'rm big'
        (& "$examples/snapshot-sizes.ps1" sizes -Keep 1).Name | Should -Be 's1'
    }

    It 'let features grow in forks and merge them, in <Kind> workspaces' -ForEach @{ Kind = 'shared'; Where = @{ Vm = 'box' } }, @{ Kind = 'dedicated'; Where = @{ Isolated = $true } } {
        if (Skip-WithoutMachine) { return }
        $name = "golden-$Kind"
        New-TestRepository $name $Where
        $merged = & "$examples/fork-and-merge.ps1" $name @{ "$Kind-a" = 'echo a > a.txt'; "$Kind-b" = 'echo b > b.txt' }
        $merged.Success | Should -Be $true, $true
        $merged.CommitsApplied | Should -Be 1, 1
        (Invoke-AgwCommand -Workspace $name 'cat file a.txt b.txt').Output | Should -BeExactly "one`na`nb`n"
        Get-AgwWorkspace "$Kind-*" | Should -BeNullOrEmpty
    }
}
