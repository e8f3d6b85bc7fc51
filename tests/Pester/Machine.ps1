# One real machine for all test files of a run, on the default local platform. The first file that asks makes it; Teardown.ps1 removes it.
. $PSScriptRoot/Common.ps1

# Why no machine can be made here; nothing when one can.
function Get-WhyNoMachine {
    if (-not $IsLinux) { return 'machines need the platform nspawn, and so Linux' }
    $check = Test-AgwEnvironment | Where-Object Name -EQ 'Platform nspawn'
    if ($check.Status -ne 'Ok') { "no machine can be made here: $($check.Message) $($check.Recommendation)" }
}

function Enter-TestMachine {
    if (-not $global:AgwTestMachineHome) {
        $global:AgwTestMachineHome = Join-Path ([IO.Path]::GetTempPath()) "agentworks-machine-$PID"
        $null = New-Item -ItemType Directory $global:AgwTestMachineHome -Force
    }

    Reset-TestConfig
    $script:homeBefore = $env:AGENTWORKS_HOME
    $env:AGENTWORKS_HOME = $global:AgwTestMachineHome
    $why = Get-WhyNoMachine
    if (-not $why -and -not (Get-AgwVm box -NoStatus -ErrorAction Ignore)) { $null = New-AgwVm box -ErrorAction Stop -WarningAction Ignore }
    $why
}

# Files for ssh and VS Code go where they are removed with the machine, not into the home of who runs the tests; and nothing is limited, for tests
# call often. Anew for each file of tests, because some try a configuration of their own: those add to this one.
function Reset-TestConfig([string[]] $And) {
    $folder = $global:AgwTestMachineHome
    Set-Content (Join-Path $folder 'config.toml') @"
[operator]
ssh_config = '$folder/ssh/config'
[paths]
vscode_workspaces = '$folder/code'
backups = '$folder/backups'
$unlimited
$($And -join "`n")
"@
}

# Leaves the machine to the next file, alone and without what this one made on it.
function Exit-TestMachine {
    try {
        Get-AgwSession -NoStatus | Remove-AgwSession -Confirm:$false
        Get-AgwAgent | Remove-AgwAgent -Cascade -Force -Confirm:$false
        Get-AgwWorkspace | Remove-AgwWorkspace -Cascade -Force -Confirm:$false
        Get-AgwVm -NoStatus | Where-Object Name -NE box | Remove-AgwVm -Cascade -Force -Confirm:$false
    }
    finally { $env:AGENTWORKS_HOME = $script:homeBefore }
}

# A script as root on a machine: what is really there, whatever the records say.
function Get-Truth([string] $Script, [string] $Vm = 'box') {
    $result = $Script | Invoke-AgwCommand -Vm $Vm 'sudo -n sh' -ErrorAction Stop
    if ($result.ExitCode -ne 0) { throw "On ${Vm}: $Script`nsaid: $($result.ErrorOutput)" }
    $result.Output.TrimEnd("`n")
}
