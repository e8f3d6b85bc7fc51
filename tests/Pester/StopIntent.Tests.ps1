# A machine that was stopped on purpose stays stopped, whatever is done with it, until Start-AgwVm or Restart-AgwVm. Every cmdlet that takes a machine or
# something on one is tried, with each of its parameters that takes one; a new cmdlet is tried by itself, and says so when it needs a value that is not below.

BeforeDiscovery {
    . $PSScriptRoot/Common.ps1

    # Those whose work it is to start, those that remove the machine itself, and those that need a terminal (tested with the engine).
    $others = 'Start-AgwVm', 'Restart-AgwVm', 'Remove-AgwVm', 'Restore-AgwVm'
    $things = 'VmArgument', 'WorkspaceArgument', 'AgentArgument', 'SessionArgument', 'ConsoleArgument'
    $cases = foreach ($command in Get-Command -Module Agentworks | Where-Object { $_.Name -notin $others -and $_.Verb -ne 'Enter' }) {
        foreach ($set in $command.ParameterSets) {
            # What is only forgotten is not asked for anything.
            if ($set.Parameters | Where-Object { $_.Name -eq 'Forget' -and $_.IsMandatory }) { continue }
            foreach ($parameter in $set.Parameters | Where-Object { $_.ParameterType.Name.TrimEnd('[', ']') -in $things }) {
                @{ Command = $command.Name; Set = $set.Name; Parameter = $parameter.Name }
            }
        }
    }

    # What others need goes last.
    $cases = @($cases | Where-Object { $_.Command -notlike 'Remove-*' }) + @($cases | Where-Object { $_.Command -like 'Remove-*' })
}

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    if (-not $why) {
        $null = New-AgwWorkspace app
        $null = New-AgwAgent coder -Workspace app
        $null = New-AgwSession s1 app -Agent coder -Command 'sleep 1000'
        if (Get-Command New-AgwConsole -ErrorAction Ignore) { $null = New-AgwConsole view s1 }
        Stop-AgwVm box
    }
    $values = @{
        SecureString = (ConvertTo-SecureString x -AsPlainText -Force)
        VmArgument = 'box'; WorkspaceArgument = 'app'; AgentArgument = 'coder'; SessionArgument = 's1'; ConsoleArgument = 'view'
        Name = 'fresh'; Command = 'true'; RemotePort = '80'; Text = 'x'; Index = 0; Path = 'TestDrive:/there'; Destination = 'TestDrive:/there'
        LiteralPath = 'there'; Value = 'x'; OldText = 'x'; NewText = 'y'; Message = 'x'; Url = 'https://example.org/app.git'; Type = 'Console'; Count = 2; Variable = @{ X = 'y' }
    }

    function Get-Value($Parameter) {
        $type = $Parameter.ParameterType
        if ($type -eq [switch]) { return $true }
        $value = $values[$type.Name.TrimEnd('[', ']')] ?? $values[$Parameter.Name]
        if ($null -eq $value) { throw "Say in this test what -$($Parameter.Name) of $Command may be." }
        $value
    }
}

AfterAll {
    if (-not $why) {
        Start-AgwVm box
        if (Get-Command Get-AgwConsole -ErrorAction Ignore) { Get-AgwConsole | Remove-AgwConsole -Confirm:$false }
        Get-AgwPortForward | Remove-AgwPortForward -Confirm:$false
    }
    Exit-TestMachine
}

Describe 'A machine that was stopped on purpose' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    It 'stays stopped: <Command> -<Parameter> (<Set>)' -ForEach $cases {
        $about = (Get-Command $Command).ParameterSets | Where-Object Name -EQ $Set
        $given = @{ ErrorAction = 'SilentlyContinue'; WarningAction = 'SilentlyContinue'; ErrorVariable = 'problems' }
        foreach ($one in $about.Parameters | Where-Object { $_.IsMandatory -or $_.Name -eq $Parameter }) { $given[$one.Name] = Get-Value $one }
        foreach ($yes in $about.Parameters | Where-Object Name -In 'Force', 'Cascade') { $given[$yes.Name] = $true }
        if ($about.Parameters.Name -contains 'Confirm') { $given.Confirm = $false }
        try { $null = & $Command @given } catch { $problems = @($_) }
        (Get-AgwVm box).Status | Should -Be 'Stopped'
        foreach ($problem in $problems | Where-Object { $_ -is [Management.Automation.ErrorRecord] -and $_.FullyQualifiedErrorId -like 'NotReady,*' }) {
            $problem.ErrorDetails.RecommendedAction | Should -Be 'Start-AgwVm box'
        }
    }

    It 'is what is in the way of <_>' -ForEach @(
        'New-AgwWorkspace other -Vm box', 'New-AgwAgent other -Vm box', 'New-AgwPortForward box 80', 'Initialize-AgwVm box', 'Update-AgwVmNetwork box'
        'Invoke-AgwCommand true -Vm box'
    ) {
        { Invoke-Expression "$_ -ErrorAction Stop" } | Should -Throw -ErrorId 'NotReady,*' -PassThru |
            ForEach-Object { $_.ErrorDetails.RecommendedAction | Should -Be 'Start-AgwVm box' }
        (Get-AgwVm box).Status | Should -Be 'Stopped'
    }
}
