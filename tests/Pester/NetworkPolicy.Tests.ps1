# What isolated workspaces reach, and what their machines wrote. Nothing here sends a packet to anywhere: what the rules let pass is tested elsewhere.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    if (-not $why) { $null = New-AgwWorkspace closed -Isolated -MemoryMB 512; $null = New-AgwWorkspace shared -Vm box }
}

AfterAll { Exit-TestMachine }

Describe 'A network policy' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    It 'is closed at first, and in force' {
        $policy = Get-AgwNetworkPolicy closed
        $policy.AllowInternet | Should -BeFalse
        $policy.AllowInterVm | Should -BeFalse
        $policy.Enforced | Should -BeTrue
        (Get-AgwNetworkPolicy).Workspace | Should -Be 'closed'
    }

    It 'keeps what is not given' {
        $null = Set-AgwNetworkPolicy closed -AllowInterVm -AllowedPort 8080, 80
        $null = Set-AgwNetworkPolicy closed -AllowInternet -AllowedHost Example.ORG
        $policy = Get-AgwWorkspace closed | Set-AgwNetworkPolicy -AllowInternet:$false
        $policy.AllowInternet | Should -BeFalse
        $policy.AllowInterVm | Should -BeTrue
        $policy.AllowedPorts | Should -Be 80, 8080
        $policy.AllowedHosts | Should -Be 'example.org'
        $policy.Enforced | Should -BeTrue
        $policy = Set-AgwNetworkPolicy closed -AllowInterVm:$false -AllowedPort @() -AllowedHost @()
        $policy.AllowedPorts | Should -BeNullOrEmpty
        $policy.AllowedHosts | Should -BeNullOrEmpty
    }

    It 'survives a restart, and is not said to be in force while the machine is off' {
        $null = Set-AgwNetworkPolicy closed -AllowInterVm
        $null = Stop-AgwVm closed -Confirm:$false
        (Get-AgwNetworkPolicy closed).Enforced | Should -BeFalse
        $null = Set-AgwNetworkPolicy closed -AllowedPort 99
        $null = Start-AgwVm closed
        $policy = Get-AgwNetworkPolicy closed
        $policy.Enforced | Should -BeTrue
        $policy.AllowedPorts | Should -Be 99
    }

    It 'of a shared workspace is an error that says what to do' {
        Set-AgwNetworkPolicy shared -AllowInternet -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NotSupportedByPlatform*'
        $failures[0].ErrorDetails.RecommendedAction | Should -BeLike '*-Isolated*'
        Get-AgwNetworkPolicy * | Should -HaveCount 1
    }

    It 'refuses hosts that are none' -ForEach 'http://example.org', '169.254.169.254', '127.0.0.1', 'a b', '::1' {
        Set-AgwNetworkPolicy closed -AllowedHost $_ -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidRequest*'
    }

    It 'lets port forwards be, of its own workspace too' {
        $server = 'use Socket; socket(my $s, PF_INET, SOCK_STREAM, 0); bind($s, sockaddr_in(4712, INADDR_LOOPBACK)) or die; listen($s, 8);' +
            'while (accept(my $c, $s)) { my $q = ""; while ($q !~ /\r\n\r\n/ && sysread($c, $q, 4096, length $q)) { } syswrite($c, "HTTP/1.0 200 OK\r\n\r\nhere"); close $c }'
        $null = Get-Truth "systemd-run --quiet --unit=web4712 perl -e '$server'" closed
        $forward = New-AgwPortForward -Workspace closed -GuestPort 4712 -HostPort 0
        $forward.Workspace | Should -Be 'closed'
        $forward.HostPort | Should -BeGreaterThan 1023
        Wait-Until { try { (Invoke-RestMethod -NoProxy $forward.Uri) -eq 'here' } catch { $false } }
        $null = Set-AgwNetworkPolicy closed -AllowInterVm:$false
        Invoke-RestMethod -NoProxy $forward.Uri | Should -Be 'here'
        (Get-AgwPortForward -Workspace closed).Id | Should -Be $forward.Id
        (Get-AgwWorkspace closed | New-AgwPortForward -RemotePort 4712).Id | Should -Be $forward.Id
        New-AgwPortForward -Workspace closed -RemotePort 80 -LocalPort 80 -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidRequest*'
        Remove-AgwPortForward -Workspace closed -Confirm:$false
        Get-AgwPortForward | Should -BeNullOrEmpty
    }
}

Describe 'A log of a machine' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    It 'of its console is there, also when it is off' {
        (Get-AgwVmLog closed -Type Console).Line -join "`n" | Should -Match 'Debian'
        Get-AgwWorkspace closed | Get-AgwVmLog -Type Console -Tail 2 | Should -HaveCount 2
        $null = Stop-AgwVm closed -Confirm:$false
        (Get-AgwVmLog closed -Type Console).Line -join "`n" | Should -Match 'Debian'
        Get-AgwVmLog closed -Type Ssh -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NotReady*'
        $null = Start-AgwVm closed
    }

    It 'of sshd has times' {
        $null = Invoke-AgwCommand -Vm closed true
        Wait-Until { ($script:line = Get-AgwVmLog -Workspace closed -Type Ssh -Tail 1) }
        $line.Source | Should -Be 'Ssh'
        $line.Timestamp | Should -BeOfType [DateTimeOffset]
    }

    It 'can be followed' {
        $first = Get-AgwVmLog closed -Type Console -Wait | Select-Object -First 1
        $first.Vm | Should -Be 'closed'
    }
}
