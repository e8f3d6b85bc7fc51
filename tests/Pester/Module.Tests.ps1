# The module as a guest in a shell.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Enter-TestHome
}

AfterAll {
    Import-Module $module
    Exit-TestHome
}

Describe 'Importing' {
    It 'keeps the engine and its packages out of the way of other modules' {
        $null = Get-AgwVm -NoStatus
        $private = [Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ 'Agentworks'
        $private.Assemblies.GetName().Name | Should -Contain 'Agentworks.Engine'
        $private.Assemblies.GetName().Name | Should -Contain 'Microsoft.Data.Sqlite'
        $default = [Runtime.Loader.AssemblyLoadContext]::Default.Assemblies.GetName().Name
        $default | Should -Not -Contain 'Agentworks.Engine'
        $default | Where-Object { $_ -match 'sqlite' } | Should -BeNullOrEmpty
    }

    It 'works again after Remove-Module' {
        Remove-Module Agentworks
        Import-Module $module
        { Get-AgwVm -NoStatus -ErrorAction Stop } | Should -Not -Throw
    }

    It 'works again with -Force' {
        Import-Module $module -Force
        { Get-AgwVm -NoStatus -ErrorAction Stop } | Should -Not -Throw
        (Get-Command -Module Agentworks).Count | Should -BeGreaterThan 30
    }

    It 'works when the module went before it was used' {
        Invoke-Pwsh "Remove-Module Agentworks; Import-Module '$module'; (Get-AgwConfig).Exists" | Should -Be 'False'
    }

    It 'asks nothing of a shell that only imports it' {
        $unused = Join-Path $env:AGENTWORKS_HOME 'unused'
        Invoke-Pwsh "`$env:AGENTWORKS_HOME = '$unused'; Remove-Module Agentworks" | Should -BeNullOrEmpty
        $unused | Should -Not -Exist
    }
}

Describe 'Many runspaces' {
    It 'share the engine' {
        $counts = 1..8 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:module
            $null = Get-AgwVm -NoStatus
            @(Get-AgwConfig).Count
        }
        $counts | Should -Be (@(1) * 8)
    }

    It 'go on when one of them removes the module' {
        $other = [powershell]::Create()
        try {
            $null = $other.AddScript("Import-Module '$module'; Get-AgwConfig").Invoke()
            Remove-Module Agentworks
            Import-Module $module
            $other.Commands.Clear()
            $null = $other.AddScript('Get-AgwVm -NoStatus; (Get-AgwConfig).Home')
            $other.Invoke() | Should -Be $env:AGENTWORKS_HOME
            $other.HadErrors | Should -BeFalse
        }
        finally { $other.Dispose() }
    }
}

Describe 'The operator''s folder' {
    It 'is the one that AGENTWORKS_HOME names now' {
        $first = (Get-AgwConfig).Home
        $before = $env:AGENTWORKS_HOME
        try {
            $env:AGENTWORKS_HOME = Join-Path $before 'second'
            (Get-AgwConfig).Home | Should -Be $env:AGENTWORKS_HOME
        }
        finally { $env:AGENTWORKS_HOME = $before }
        (Get-AgwConfig).Home | Should -Be $first
    }
}

Describe 'A host in which nobody can be asked' {
    It 'gets an error that names the missing parameter' {
        Invoke-Pwsh 'try { New-AgwVm } catch { $_.FullyQualifiedErrorId; "$_" }' | Should -Be @(
            'MissingMandatoryParameter,Agentworks.PowerShell.NewAgwVmCommand'
            'Cannot process command because of one or more missing mandatory parameters: Name.')
    }

    It 'gets an error that says how to confirm' {
        Add-TestRecord
        $text = Invoke-Pwsh 'try { Get-AgwSession -NoStatus | Remove-AgwSession } catch { $_.FullyQualifiedErrorId; $_.ErrorDetails.RecommendedAction }; @(Get-AgwSession -NoStatus).Count'
        $text[0] | Should -Be 'NotInteractive,Agentworks.PowerShell.RemoveAgwSessionCommand'
        $text[1] | Should -BeLike '*-Confirm:$false*'
        $text[2] | Should -Be '3'
    }

    It 'cannot enter anything' -ForEach 'Enter-AgwVm dev', 'Enter-AgwWorkspace app', 'Enter-AgwAgent coder', 'Enter-AgwSession s1' {
        Invoke-Pwsh "try { $_ } catch { `$_.FullyQualifiedErrorId; `$_.CategoryInfo.Category }" | Should -Be @(
            "NotInteractive,Agentworks.PowerShell.$(($_ -split ' ')[0] -replace '-')Command"
            'InvalidOperation')
    }
}
