# Port forwards, to a real machine.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    if (-not $why) {
        $server = 'use Socket; socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);' +
            'bind($s, sockaddr_in(4711, INADDR_LOOPBACK)) or die; listen($s, 8); while (accept(my $c, $s))' +
            '{ my $q = ""; while ($q !~ /\r\n\r\n/ && sysread($c, $q, 4096, length $q)) { } syswrite($c, "HTTP/1.0 200 OK\r\n\r\nhere"); close $c }'
        $null = Get-Truth "systemctl stop web4711 2>/dev/null; systemd-run --quiet --unit=web4711 perl -e '$server'"
        Wait-Until { (Get-Truth 'grep -c 0100007F:1267 /proc/net/tcp; true') -ne '0' }
    }
}

AfterAll {
    if (-not $why) { $null = Get-Truth 'systemctl stop web4711' }
    Exit-TestMachine
}

Describe 'A port forward' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }
    AfterEach { if (-not $why) { Get-AgwPortForward | Remove-AgwPortForward -Confirm:$false } }

    It 'leads to the machine, and is gone when it is removed' {
        $forward = New-AgwPortForward box 4711
        $forward.Status | Should -Be 'Connected'
        $forward.RemotePort | Should -Be 4711
        Invoke-RestMethod -NoProxy $forward.Uri | Should -Be 'here'
        (Get-AgwPortForward box).ProcessId | Should -Be $forward.ProcessId
        Get-Process -Id $forward.ProcessId | Should -Not -BeNullOrEmpty
        $forward | Remove-AgwPortForward -Confirm:$false | Should -BeNullOrEmpty
        Get-AgwPortForward | Should -BeNullOrEmpty
        Get-Process -Id $forward.ProcessId -ErrorAction Ignore | Where-Object CommandLine | Should -BeNullOrEmpty   # a zombie has none
        { Invoke-RestMethod -NoProxy $forward.Uri } | Should -Throw
    }

    It 'outlives the PowerShell that opened it, even one that is killed' {
        $port = Invoke-Pwsh '$f = New-AgwPortForward box 4711; $f.LocalPort; [Diagnostics.Process]::GetCurrentProcess().Kill()'
        $forward = Get-AgwPortForward -LocalPort ([int] "$port")
        $forward.Status | Should -Be 'Connected'
        Invoke-RestMethod -NoProxy $forward.Uri | Should -Be 'here'
    }

    It 'that runs is left alone by the same command, also by name from the pipeline' {
        $first = New-AgwPortForward box 4711
        (New-AgwPortForward box 4711).Id | Should -Be $first.Id
        $again = Get-AgwPortForward | New-AgwPortForward
        $again.Id | Should -Be $first.Id
        $again.ProcessId | Should -Be $first.ProcessId
    }

    It 'that was ended is Stopped and is started again' {
        $first = New-AgwPortForward box 4711
        Stop-Process -Id $first.ProcessId -Force
        Wait-Until { (Get-AgwPortForward).Status -eq 'Stopped' }
        $again = Get-AgwPortForward | Where-Object Status -EQ Stopped | New-AgwPortForward
        $again.Id | Should -Be $first.Id
        $again.Status | Should -Be 'Connected'
        Invoke-RestMethod -NoProxy $again.Uri | Should -Be 'here'
    }

    It 'can be made in numbers, and found by machine, port and completion' {
        $forwards = Get-AgwVm box | New-AgwPortForward -RemotePort 4711, 22
        $forwards.RemotePort | Should -Be 4711, 22
        (Get-AgwPortForward b* | Sort-Object RemotePort).RemotePort | Should -Be 22, 4711
        (Get-AgwVm box | Get-AgwPortForward -LocalPort $forwards[0].LocalPort).RemotePort | Should -Be 4711
        (Complete 'Remove-AgwPortForward ').CompletionText | Should -Contain "$($forwards[1].LocalPort)"
        Remove-AgwPortForward -Vm box -WhatIf
        Get-AgwPortForward | Should -HaveCount 2
        Remove-AgwPortForward -Vm box -Confirm:$false
        Get-AgwPortForward | Should -BeNullOrEmpty
    }

    It 'takes the local port that it is given, and no other' {
        $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        { New-AgwPortForward box "${port}:4711" -ErrorAction Stop } | Should -Throw -ErrorId 'PortInUse,*'
        { New-AgwPortForward box 4711 -LocalPort $port -ErrorAction Stop } | Should -Throw -ErrorId 'PortInUse,*'
        Get-AgwPortForward | Should -BeNullOrEmpty
        $listener.Stop()
        (New-AgwPortForward box "${port}:4711").LocalPort | Should -Be $port
        { New-AgwPortForward box "${port}:22" -ErrorAction Stop } | Should -Throw -ErrorId 'PortInUse,*'
    }

    It 'that others can reach comes with a warning' {
        $forward = New-AgwPortForward box 4711 -LocalAddress 0.0.0.0 -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match 'other computers'
        Invoke-RestMethod -NoProxy $forward.Uri | Should -Be 'here'
        $null = New-AgwPortForward box 22 -WarningVariable none
        $none | Should -BeNullOrEmpty
    }

    It 'is refused when it cannot be: <_>' -ForEach @(
        'New-AgwPortForward box 0', 'New-AgwPortForward box 65536', 'New-AgwPortForward box http', 'New-AgwPortForward box 1:2:3'
        'New-AgwPortForward box 80, 443 -LocalPort 8080', 'New-AgwPortForward box 1080:80 -LocalPort 8080', 'New-AgwPortForward box 80 -LocalAddress elsewhere'
    ) {
        { Invoke-Expression "$_ -ErrorAction Stop" } | Should -Throw -ErrorId 'InvalidRequest,*'
        Get-AgwPortForward | Should -BeNullOrEmpty
    }

    It 'that is not there is an error of its own' {
        { Get-AgwPortForward -LocalPort 1 -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound,*'
        { Remove-AgwPortForward 1 -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound,*'
        { New-AgwPortForward nope 80 -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound,*'
        $kept = New-AgwPortForward box 4711
        Remove-AgwPortForward 1, $kept.LocalPort -Confirm:$false -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems | Should -HaveCount 1
        Get-AgwPortForward | Should -BeNullOrEmpty
    }
}
