# docs/agw-parity.md says what takes the place of agw's commands. What it names must be there.

BeforeDiscovery {
    $page = Join-Path $PSScriptRoot '../../docs/agw-parity.md'
    $rows = @(foreach ($line in Get-Content $page) {
            if ($line -notmatch '^\| ' -or $line -match '^\| (agw|key|weakness) \|') { continue }
            $cells = $line.Trim('|') -split '(?<!\\)\|' | ForEach-Object Trim
            @{ Agw = $cells[0]; Here = $cells[1]; Proof = $cells[2] }
        })
}

Describe 'The table of parity' {
    It 'has rows' -ForEach @{ Count = $rows.Count } { $Count | Should -BeGreaterThan 50 }
}

Describe '<Agw>' -ForEach $rows {
    It 'has a place here' {
        $Here | Should -Not -BeNullOrEmpty
        foreach ($quoted in [regex]::Matches($Here, '`([A-Z][a-z]+-Agw[A-Za-z]+)([^`]*)`')) {
            $command = Get-Command $quoted.Groups[1].Value -Module Agentworks -ErrorAction Stop
            foreach ($parameter in [regex]::Matches($quoted.Groups[2].Value, '-([A-Za-z]+)')) {
                $command.Parameters.Keys | Should -Contain $parameter.Groups[1].Value
            }
        }
    }

    It 'is proved' -Skip:($Here -match 'not built yet') {
        $proofs = [regex]::Matches($Proof, '`([^`]+)`') | ForEach-Object { $_.Groups[1].Value }
        $proofs | Should -Not -BeNullOrEmpty
        foreach ($name in $proofs) {
            $file, $test = if ($name -match '\.ps1$') { $name, $null } else { $name -split '\.', 2 }
            $found = Get-ChildItem (Join-Path $PSScriptRoot '..') -Recurse -File -Include $file, "$file.cs" | Where-Object FullName -NotMatch '[\\/](bin|obj)[\\/]'
            $found | Should -Not -BeNullOrEmpty -Because "$name is named as a proof"
            if ($test) { Get-Content $found[0] -Raw | Should -Match "\b$([regex]::Escape($test))\b" }
        }
    }
}
