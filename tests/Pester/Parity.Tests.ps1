# docs/agw-parity.md says what takes the place of agw's commands, docs/security.md what proves the promises of about_Agentworks_Security.
# What they name must be there.

BeforeDiscovery {
    $docs = Join-Path $PSScriptRoot '../../docs'
    function Get-Row([string] $Page) {
        foreach ($line in Get-Content (Join-Path $docs $Page)) {
            if ($line -match '^\| ' -and $line -notmatch '^\| (agw|key|weakness|promise) \|') { , @($line.Trim('|') -split '\|' | ForEach-Object Trim) }
        }
    }

    $rows = @(Get-Row 'agw-parity.md' | ForEach-Object { @{ Agw = $_[0]; Here = $_[1]; Proof = $_[2] } })
    $tested = @(Get-Row 'security.md' | ForEach-Object { @{ Promise = $_[0]; Proof = $_[1] } })
    $about = Get-Content (Join-Path $docs 'help/about_Agentworks_Security.md') -Raw
    $promises = @([regex]::Matches(($about -split '## PROMISES|## WHAT IS NOT')[1], '(?m)^- (.+)$') | ForEach-Object { @{ Promise = $_.Groups[1].Value.Trim(); Tested = @($tested.Promise) } })
}

BeforeAll {
    function Assert-Proof([string] $Proof) {
        $proofs = [regex]::Matches($Proof, '`([^`]+)`') | ForEach-Object { $_.Groups[1].Value }
        $proofs | Should -Not -BeNullOrEmpty
        foreach ($name in $proofs) {
            $file, $test = if ($name -match '\.ps1$') { $name, $null } else { $name -split '\.', 2 }
            $found = Get-ChildItem (Join-Path $PSScriptRoot '..') -Recurse -File -Include $file, "$file.cs", "$file.*.cs" | Where-Object FullName -NotMatch '[\\/](bin|obj)[\\/]'
            $found | Should -Not -BeNullOrEmpty -Because "$name is named as a proof"
            if ($test) { (Get-Content $found -Raw) -join "`n" | Should -Match "\b$([regex]::Escape($test))\b" }
        }
    }
}

Describe 'The promise that <Promise>' -ForEach $promises {
    It 'has a test' { $Tested | Should -Contain $Promise }
}

Describe 'The test of: <Promise>' -ForEach $tested {
    It 'is there' { Assert-Proof $Proof }
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
}

Describe 'The proof of <Agw>' -ForEach @($rows | Where-Object Here -NotMatch 'not built yet') {
    It 'is there' { Assert-Proof $Proof }
}
