# Files of workspaces, through the cmdlets and through the drive, on a real machine.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    if (-not $why) {
        foreach ($name in 'notes', 'other') { $null = New-AgwWorkspace $name -Vm box }
        $null = New-AgwAgent coder -Vm box -Workspace notes
    }
    $local = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "agw-files-$([guid]::NewGuid().ToString('N'))")
}

AfterAll {
    Set-Location $PSScriptRoot
    Remove-Item $local -Recurse -Force
    Exit-TestMachine
}

Describe 'The cmdlets for files' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    It 'write lines and read them back, whole and in part' {
        1..5 | Set-AgwFileContent -Workspace notes dir/numbers
        Get-AgwFileContent -Workspace notes dir/numbers | Should -Be (1..5)
        Get-AgwFileContent -Workspace notes dir/numbers -Tail 2 | Should -Be 4, 5
        Get-AgwFileContent -Workspace notes dir/numbers -TotalCount 2 | Should -Be 1, 2
        Get-AgwFileContent -Workspace notes dir/numbers -Raw | Should -BeExactly "1`n2`n3`n4`n5`n"
        Get-AgwFileContent -Workspace notes dir/numbers -AsByteStream -Offset 2 -Length 2 | Should -Be 50, 10
        , (Get-AgwFileContent -Workspace notes dir/numbers -AsByteStream -Raw) | Should -BeOfType ([byte[]])
        Set-AgwFileContent -Workspace notes dir/numbers 'x' -NoNewline -Append -PassThru | ForEach-Object Length | Should -Be 11
        Set-AgwFileContent -Workspace notes dir/bytes ([byte[]](0..255)) -AsByteStream -Mode 0600
        (Get-AgwFileContent -Workspace notes dir/bytes -AsByteStream) -join ',' | Should -Be ((0..255) -join ',')
        Get-Truth 'stat -c %a /opt/agentworks/workspaces/notes/dir/bytes' | Should -Be 600
        Set-AgwFileContent -Workspace notes dir/wide 'ü' -Encoding unicode
        Get-AgwFileContent -Workspace notes dir/wide | Should -BeExactly 'ü'
    }

    It 'take workspaces and files from the pipeline' {
        Get-AgwWorkspace notes, other | Set-AgwFileContent SAME.md 'same'
        (Get-AgwWorkspace | Get-AgwFile -Filter *.md).Workspace | Should -Be notes, other
        Get-AgwWorkspace | Get-AgwFile *.md | Get-AgwFileContent | Should -Be same, same
        Get-AgwFile -Workspace notes SAME.md | Get-AgwFile | ForEach-Object Path | Should -Be SAME.md
    }

    It 'find names that no keyboard has, and let none of them reach the terminal' {
        $null = Invoke-AgwCommand -Workspace notes 'mkdir odd; cd odd; printf x > "$(printf "a\033[31m\n\377")"; printf y > "[b]"'
        $odd = Get-AgwFile -Workspace notes odd
        $odd | Get-AgwFileContent | Should -Be y, x
        $odd | Out-String | Should -Not -Match "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
        $odd | Format-List | Out-String | Should -Not -Match "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
    }

    It 'say what cannot be done' -ForEach @(
        @{ Line = 'Get-AgwFileContent -Workspace notes none'; Id = 'NotFound'; Target = 'none' }
        @{ Line = 'Get-AgwFileContent -Workspace notes /etc/passwd'; Id = 'PathOutside'; Target = '/etc/passwd' }
        @{ Line = 'Get-AgwFileContent -Workspace notes ../other/SAME.md'; Id = 'PathOutside'; Target = '../other/SAME.md' }
        @{ Line = 'Set-AgwFileContent -Workspace notes SAME.md x -NoClobber'; Id = 'AlreadyExists'; Target = 'SAME.md' }
        @{ Line = 'Get-AgwFile -Workspace notes -Agent coder none'; Id = 'NotFound'; Target = 'none' }
        @{ Line = 'Get-AgwFile -Workspace other -Agent coder'; Id = 'AccessNotGranted'; Target = 'coder' }
        @{ Line = 'Edit-AgwFile -Workspace notes SAME.md absent x'; Id = 'TextNotFound'; Target = 'SAME.md' }
        @{ Line = 'Copy-AgwFile -FromWorkspace notes odd -Destination x'; Id = 'NotAFile'; Target = 'odd' }
    ) {
        $failures = $null
        $ErrorActionPreference = 'SilentlyContinue'
        Invoke-Expression "$Line -ErrorVariable failures"
        $failures[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failures[0].TargetObject | Should -Be $Target
    }

    It 'edit many files, each as it should be' {
        $null = Invoke-AgwCommand -Workspace notes 'mkdir py; for i in 1 2 3; do printf "DEBUG = True\nDEBUG = True\n" > py/$i.py; done; printf "\377" > py/4.py'
        $edits = Get-AgwFile -Workspace notes py -Recurse -Filter *.py | Edit-AgwFile -OldText 'DEBUG = True' -NewText 'DEBUG = False' -All -ErrorVariable failures -ErrorAction SilentlyContinue
        $edits.Path | Should -Be py/1.py, py/2.py, py/3.py
        $edits.Replacements | Should -Be 2, 2, 2
        $failures.FullyQualifiedErrorId | Should -BeLike 'NotText,*'
        Edit-AgwFile -Workspace notes py/1.py DEBUG x -WarningVariable warned -WarningAction SilentlyContinue | ForEach-Object Replacements | Should -Be 1
        $warned | Should -HaveCount 1
        { Edit-AgwFile -Workspace notes py/2.py DEBUG x -Unique -ErrorAction Stop } | Should -Throw -ErrorId 'TextNotUnique,*'
    }

    It 'copy folders there and back' {
        $source = (New-Item -ItemType Directory (Join-Path $local source/deep)).Parent.FullName
        1..50 | ForEach-Object { Set-Content (Join-Path $source "$_.txt") "file $_" }
        Set-Content (Join-Path $source deep/run.sh) '#!/bin/sh'
        if (-not $IsWindows) { chmod +x (Join-Path $source deep/run.sh) }
        (Copy-AgwFile $source -ToWorkspace notes -Recurse).Files | Should -Be 51
        Get-ChildItem $source -File | Copy-AgwFile -ToWorkspace other -Destination flat/ | Should -HaveCount 50
        $back = Copy-AgwFile -FromWorkspace notes source -Destination (Join-Path $local back) -Recurse
        $back.Files | Should -Be 51
        diff -r $source (Join-Path $local back) | Should -BeNullOrEmpty
        $null = Copy-AgwFile -FromWorkspace notes source/1.txt -Destination (Join-Path $local one) -OutVariable one
        $one[0].Sha256 | Should -Be (Get-FileHash (Join-Path $local one)).Hash
        { Copy-AgwFile -FromWorkspace notes source/2.txt -Destination (Join-Path $local one) -ErrorAction Stop } | Should -Throw -ErrorId 'AlreadyExists,*'
        (Copy-AgwFile -FromWorkspace notes source/2.txt -Destination (Join-Path $local one) -Force).Bytes | Should -Be 7
        Copy-AgwFile $source -ToWorkspace notes -Destination never -Recurse -WhatIf
        Get-AgwFile -Workspace notes never* | Should -BeNullOrEmpty
    }

    It 'keep to the transfer root' {
        $root = New-Item -ItemType Directory (Join-Path $local allowed)
        $config = Join-Path $env:AGENTWORKS_HOME config.toml
        $before = Get-Content $config -Raw
        Set-Content $config ($before -replace '\[paths\]', "[paths]`ntransfer_root = '$root'")
        try {
            New-Item -ItemType SymbolicLink (Join-Path $root out) -Target $local | Out-Null
            { Copy-AgwFile -FromWorkspace notes SAME.md -Destination (Join-Path $root out/x) -ErrorAction Stop } | Should -Throw -ErrorId 'TransferRefused,*'
            { Copy-AgwFile (Join-Path $local one) -ToWorkspace notes -ErrorAction Stop } | Should -Throw -ErrorId 'TransferRefused,*'
            (Copy-AgwFile -FromWorkspace notes SAME.md -Destination "$root/").Files | Should -Be 1
        }
        finally { Set-Content $config $before -NoNewline }
    }

    It 'complete paths on the machine' -ForEach @(
        @{ Line = 'Get-AgwFileContent -Workspace notes dir/n'; Expected = 'dir/numbers' }
        @{ Line = 'Copy-AgwFile -FromWorkspace notes SA'; Expected = 'SAME.md' }
    ) {
        # A machine that takes more than two seconds to answer completes nothing.
        Wait-Until { ($script:completions = (Complete $Line).CompletionText) }
        $script:completions | Should -Be $Expected
    }
}

Describe 'The drive agw:' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    It 'lists workspaces and what is in them' {
        (Get-ChildItem agw:/).Name | Should -Be notes, other
        (Get-ChildItem agw:/notes/source -Filter 1*.txt).Name | Should -HaveCount 11
        (Get-ChildItem agw:\notes -Recurse -Filter *.sh).Path | Should -Be source/deep/run.sh
        Get-ChildItem agw:/notes/source/*.txt -Name | Should -HaveCount 50
        (Get-ChildItem agw:/notes/source -Directory).Name | Should -Be deep
    }

    It 'is a place to be in' {
        Push-Location agw:/notes/source
        try {
            (Get-Location).Path | Should -Be (Join-Path agw:/ notes source)
            Set-Location deep
            (Get-Item run.sh).FullName | Should -Be /opt/agentworks/workspaces/notes/source/deep/run.sh
            Set-Location ..
            Test-Path 1.txt, none, deep, agw:/none, agw:/other | Should -Be $true, $false, $true, $false, $true
            (Resolve-Path 5?.txt, 50.txt).Count | Should -Be 2
            (Complete 'Get-Content 50').CompletionText | Should -BeLike '*50.txt'
        }
        finally { Pop-Location }
    }

    It 'reads, writes and adds' {
        'one', 'two' | Set-Content agw:/notes/lines
        Add-Content agw:/notes/lines three
        Get-Content agw:/notes/lines | Should -Be one, two, three
        Get-Content agw:/notes/lines -Raw | Should -BeExactly "one`ntwo`nthree`n"
        Get-Content agw:/notes/lines -TotalCount 1 | Should -Be one
        Set-Content agw:/notes/raw ([byte[]](0, 255)) -AsByteStream
        Get-Content agw:/notes/raw -AsByteStream | Should -Be 0, 255
        Get-ChildItem agw:/notes/lines | Get-AgwFileContent -Tail 1 | Should -Be three
    }

    It 'keeps a file as it is until there is all that is to be written' {
        Set-Content agw:/notes/whole old
        { & { 'new'; throw 'midway' } | Set-Content agw:/notes/whole } | Should -Throw midway
        { & { 'new'; throw 'midway' } | Add-Content agw:/notes/whole } | Should -Throw midway
        Set-Content agw:/notes/whole 1, 'no byte' -AsByteStream -ErrorAction SilentlyContinue
        Set-Content agw:/notes/whole new -WhatIf
        Clear-Content agw:/notes/whole -WhatIf
        $begun = [IO.Path]::GetTempFileName()
        $stop = Stop-Midway "& { 'new'; Remove-Item '$begun'; Start-Sleep 1000 } | Set-Content agw:/notes/whole" { -not (Test-Path $begun) }
        $stop.Stopped | Should -BeTrue
        Get-Content agw:/notes/whole | Should -Be old
        Set-Content agw:/notes/dir new -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -BeLike 'NotAFile,*'
        Clear-Content agw:/notes/whole
        Get-Content agw:/notes/whole | Should -BeNullOrEmpty
    }

    It 'makes, copies, moves and removes' {
        $null = New-Item agw:/notes/made -ItemType Directory
        $null = New-Item agw:/notes/made/file -Value text
        Copy-Item agw:/notes/made agw:/other/taken -Recurse
        Get-Content agw:/other/taken/file | Should -Be text
        Rename-Item agw:/notes/made/file renamed
        Move-Item agw:/notes/made/renamed agw:/other
        Get-Content agw:/other/renamed | Should -Be text
        { Move-Item agw:/other/taken agw:/other/taken/deep -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRequest,*'
        Get-Content agw:/OTHER/taken/file | Should -Be text
        Remove-Item agw:/notes/made, agw:/other/taken -Recurse
        Test-Path agw:/notes/made, agw:/other/taken | Should -Be $false, $false
        Remove-Item agw:/other/renamed -WhatIf
        Test-Path agw:/other/renamed | Should -BeTrue
    }

    It 'leads nowhere else' {
        $null = Invoke-AgwCommand -Workspace notes 'ln -s /etc etc; ln -s ../other up'
        Get-Content agw:/notes/etc/passwd -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        Test-Path agw:/notes/up/SAME.md -ErrorAction SilentlyContinue | Should -BeFalse
        { New-Item agw:/elsewhere -ItemType Directory -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRequest,*'
        { Remove-Item agw:/other -Recurse -ErrorAction Stop } | Should -Throw
        (Get-AgwWorkspace).Name | Should -Be notes, other
    }
}

Describe 'A shell that only imports the module' {
    It 'has the drive, and no engine' {
        # At its start pwsh compiles beforehand what the shell before it ran, and loads what that needs: it keeps the list in this folder.
        $cache = $env:XDG_CACHE_HOME
        $env:XDG_CACHE_HOME = Join-Path $TestDrive 'cache'
        try {
            Invoke-Pwsh "(Get-PSDrive agw).Provider.Name; [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name -contains 'Agentworks.Engine'" | Should -Be Agentworks, False
        }
        finally { $env:XDG_CACHE_HOME = $cache }
    }
}
