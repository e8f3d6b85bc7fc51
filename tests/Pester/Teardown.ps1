# Removes the machine that the test files of this process shared. Run it when they are done.
if ($global:AgwTestMachineHome) {
    $env:AGENTWORKS_HOME = $global:AgwTestMachineHome
    Get-AgwVm -NoStatus | Remove-AgwVm -Cascade -Force -Confirm:$false
    if (Get-AgwVm -NoStatus) { throw "Machines are left in $($global:AgwTestMachineHome)." }
    Remove-Module Agentworks
    Remove-Item $global:AgwTestMachineHome -Recurse -Force
    $global:AgwTestMachineHome = $env:AGENTWORKS_HOME = $null
}
