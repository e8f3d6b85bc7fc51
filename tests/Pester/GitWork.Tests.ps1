# git in workspaces on a real machine, through the cmdlets. What hostile repositories and servers do is proved by the end-to-end tests.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    if (-not $why) {
        foreach ($name in 'one', 'two') {
            $null = New-AgwWorkspace $name
            $null = Invoke-AgwCommand -Workspace $name "git init -q -b main; git config user.name T; git config user.email t@example.org"
        }
        $null = Invoke-AgwCommand -Workspace one 'seq 20 > a; git add .; GIT_AUTHOR_DATE="@1 +0000" GIT_COMMITTER_DATE="@1 +0000" git commit -qm first'
        $null = Invoke-AgwCommand -Workspace two 'seq 20 > a; git add .; GIT_AUTHOR_DATE="@1 +0000" GIT_COMMITTER_DATE="@1 +0000" git commit -qm first'
    }
}

AfterAll { Exit-TestMachine }

Describe 'git in workspaces' -Tag Machine {
    BeforeEach {
        if ($why) { Set-ItResult -Skipped -Because $why; return }
        $null = Invoke-AgwCommand -Workspace one, two 'git reset -q --hard $(git rev-list --max-parents=0 HEAD); git clean -qfdx'
    }

    It 'says how files stand, for piped workspaces at once' {
        $null = Invoke-AgwCommand -Workspace one 'echo x > new; echo y >> a'
        $status = Get-AgwWorkspace | Get-AgwGitStatus | Sort-Object Workspace
        $status.Workspace | Should -Be 'one', 'two'
        $status.IsDirty | Should -Be $true, $false
        $status[0].Modified | Should -Be 'a'
        $status[0].Untracked | Should -Be 'new'
        ($status[0] | Get-AgwGitStatus).Branch | Should -Be 'main'
        $status | Out-String | Should -Match 'Workspace\s+Branch\s+Staged\s+Modified\s+Untracked\s+Conflicted'
    }

    It 'shows a diff as a patch, and its files as objects' {
        $null = Invoke-AgwCommand -Workspace one 'echo added >> a; printf "\033[2J" > evil'
        $diff = Get-AgwGitDiff one -IncludeUntracked
        $diff.Files.Path | Should -Be 'a', 'evil'
        $diff.Files[0].Added | Should -Be 1
        $shown = $diff | Out-String
        $shown | Should -BeLike '*+added*'
        $shown | Should -Not -Match "`e\[2J"
        (Get-AgwGitDiff one -Stat).Patch | Should -BeNullOrEmpty
        (Get-AgwGitDiff one -MaxBytes 10).Truncated | Should -BeTrue
        (Get-AgwGitDiff one -File other).Files | Should -BeNullOrEmpty
    }

    It 'commits what is piped and gives nothing where all is clean' {
        $null = Invoke-AgwCommand -Workspace one 'echo x > new'
        $commit = Get-AgwGitStatus one | New-AgwGitCommit -Message "Subject`n`nBody" -All -Author 'Ada <ada@example.org>'
        $commit.Subject, $commit.Author, $commit.FilesChanged, $commit.Branch | Should -Be 'Subject', 'Ada <ada@example.org>', 1, 'main'
        New-AgwGitCommit one, two -Message again -All -Verbose 4>&1 | Where-Object { $_ -isnot [Management.Automation.VerboseRecord] } | Should -BeNullOrEmpty
        $null = Invoke-AgwCommand -Workspace one 'echo more > new'
        New-AgwGitCommit one -Message no -All -WhatIf | Should -BeNullOrEmpty
        (Get-AgwGitStatus one).IsDirty | Should -BeTrue
    }

    It 'merges, tells conflicts by file, and previews' {
        $null = Invoke-AgwCommand -Workspace two 'sed -i s/^2$/two/ a; echo t > t'
        $null = New-AgwGitCommit two -Message work -All
        Merge-AgwWorkspace two -Into one -WhatIf | Should -BeNullOrEmpty
        (Merge-AgwWorkspace two -Into one -Preview).Success | Should -BeTrue
        (Invoke-AgwCommand -Workspace one 'ls').Output | Should -Be "a`n"
        $null = Invoke-AgwCommand -Workspace one 'sed -i s/^2$/zwei/ a; git commit -qam mine'
        $result = Get-AgwWorkspace two | Merge-AgwWorkspace -Into one -Strategy BranchPerSource
        $result.Success, $result.CommitsApplied, $result.ConflictedFiles, $result.Branch | Should -Be $false, 0, 'a', 'merge/two'
        $null = Invoke-AgwCommand -Workspace one 'git reset -q --hard HEAD~1'
        $result = Merge-AgwWorkspace * -Into one
        $result.Source, $result.Success, $result.CommitsApplied | Should -Be 'two', $true, 1
        $result.Commits[0].Subject | Should -Be 'work'
        $null = Invoke-AgwCommand -Workspace one 'git branch -D merge/two'
    }

    It 'imports a folder and publishes to it' {
        $folder = Join-Path $TestDrive 'repo'
        git init -q -b main $folder
        git -C $folder -c user.name=t -c user.email=t@example.org commit -q --allow-empty -m first
        $repository = Get-AgwWorkspace one | Import-AgwGitRepository $folder -Path sub
        $repository.Path, $repository.Branch, $repository.Url | Should -Be 'sub', 'main', $null
        ($repository | Get-AgwGitStatus).Commit | Should -Be $repository.Commit
        $null = Invoke-AgwCommand -Workspace one 'git init -q --bare -b main ~/up.git; git -C sub remote add origin ~/up.git'
        $push = $repository | Publish-AgwGitBranch -SetUpstream
        $push.Remote, $push.Branch, $push.OldSha, $push.NewSha | Should -Be 'origin', 'main', $null, $repository.Commit
        ($repository | Get-AgwGitStatus).Ahead | Should -Be 0
    }

    It 'has an error with the next command for each failure' {
        $null = New-AgwWorkspace plain
        Get-AgwGitStatus one, plain -ErrorVariable problems -ErrorAction SilentlyContinue | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'GitRepositoryMissing,*'
        $problems[0].ErrorDetails.RecommendedAction | Should -BeLike '*Import-AgwGitRepository*'
        $null = Publish-AgwGitBranch one -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'NotFound,*'
        $null = Get-AgwGitDiff one -Against nothing -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'InvalidRequest,*'
        $failure = { Import-AgwGitRepository https://u:secret@example.org/x.git -Workspace plain } | Should -Throw -ErrorId 'InvalidRequest,*' -PassThru
        "$($failure.Exception.Message) $($failure.ErrorDetails)" | Should -Not -Match "secret"
        { Import-AgwGitRepository 'ext::sh -c id' -Workspace plain } | Should -Throw -ErrorId 'InvalidRequest,*'
    }
}
