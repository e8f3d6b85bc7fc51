# Register-AgwVmHost, Get-AgwVmHost, Unregister-AgwVmHost. The host is an executable called ssh that answers as one would.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Enter-TestHome
    $bin = Join-Path ([IO.Path]::GetTempPath()) "agw-ssh-$([guid]::NewGuid().ToString('N'))"
    $null = New-Item $bin -ItemType Directory
    $ssh = Join-Path $bin 'ssh'
    $pathBefore = $env:PATH
    $env:PATH = "${bin}:$env:PATH"

    # Sees the address as its last but one argument.
    function Set-Ssh([string] $Body) {
        "#!/bin/sh`nwhile [ `"`$1`" != -- ]; do shift; done; address=`$2`n$Body" | Set-Content $ssh -NoNewline
        chmod +x $ssh
    }
}

AfterAll {
    $env:PATH = $pathBefore
    Remove-Item $bin -Recurse
    Exit-TestHome
}

Describe 'VM hosts' {
    AfterEach { Get-AgwVmHost | Unregister-AgwVmHost }

    It 'are recorded with the system that they say they run' {
        Set-Ssh 'echo Darwin; echo limactl'
        $vmHost = Register-AgwVmHost mini -Address ops@mini -WarningVariable warnings
        $vmHost.System | Should -Be 'darwin'
        $vmHost.Address | Should -Be 'ops@mini'
        $warnings | Should -BeNullOrEmpty
        (Get-AgwVmHost mini).Id | Should -Be $vmHost.Id
    }

    It 'come with a warning when Lima is missing' {
        Set-Ssh 'echo Linux; exit 1'
        (Register-AgwVmHost box -Address box -WarningVariable warnings -WarningAction SilentlyContinue).System | Should -Be 'linux'
        "$warnings" | Should -Match 'limactl'
    }

    It 'are recorded also when they do not answer' {
        Set-Ssh 'printf "no route to \033[31m%s\n" "$address" >&2; exit 255'
        $vmHost = Register-AgwVmHost away -Address away -WarningVariable warnings -WarningAction SilentlyContinue
        $vmHost.System | Should -BeNullOrEmpty
        "$warnings" | Should -Match 'no route to'
        "$warnings" | Should -Not -Match "`e"
    }

    It 'keep their id and learn their system when registered again' {
        Set-Ssh 'exit 255'
        $first = Register-AgwVmHost mini -Address mini -WarningAction SilentlyContinue
        Set-Ssh 'echo Darwin; echo limactl'
        $second = Register-AgwVmHost mini -Address mini
        $second.Id | Should -Be $first.Id
        $second.System | Should -Be 'darwin'
    }

    It 'do not change their address unasked' {
        Set-Ssh 'echo Linux; echo limactl'
        $null = Register-AgwVmHost mini -Address one
        { Register-AgwVmHost mini -Address two -ErrorAction Stop } | Should -Throw -ErrorId 'AlreadyExists,Agentworks.PowerShell.RegisterAgwVmHostCommand'
        (Get-AgwVmHost mini).Address | Should -Be 'one'
    }

    It 'take no address that ssh would take for an option: <_>' -ForEach '-oProxyCommand=touch /tmp/x', '', 'a b', 'a;b', "a`nb", '$(id)' {
        { Register-AgwVmHost bad -Address $_ -ErrorAction Stop } | Should -Throw
        Get-AgwVmHost bad* | Should -BeNullOrEmpty
    }

    It 'come from a table and complete' {
        Set-Ssh 'echo Linux; echo limactl'
        $null = 'name,address', 'left,l', 'right,r' | ConvertFrom-Csv | Register-AgwVmHost
        (Get-AgwVmHost).Name | Should -Be 'left', 'right'
        (Get-AgwVmHost r*).Name | Should -Be 'right'
        [Management.Automation.CommandCompletion]::CompleteInput('Unregister-AgwVmHost le', 23, $null).CompletionMatches.CompletionText | Should -Be 'left'
    }

    It 'are not there when not there' {
        { Get-AgwVmHost none -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound,*'
        { Unregister-AgwVmHost none -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound,*'
        Get-AgwVmHost none* | Should -BeNullOrEmpty
    }

    It 'change nothing with -WhatIf' {
        Set-Ssh 'echo Linux; echo limactl'
        Register-AgwVmHost one -Address one -WhatIf
        Get-AgwVmHost | Should -BeNullOrEmpty
        $null = Register-AgwVmHost one -Address one
        Get-AgwVmHost | Unregister-AgwVmHost -WhatIf
        (Get-AgwVmHost).Name | Should -Be 'one'
    }
}
