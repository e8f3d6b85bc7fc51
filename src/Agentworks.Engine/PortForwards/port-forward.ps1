# The same as port-forward.sh, for Windows. It has never been run there: the engine's tests run on Linux.
param([string] $Folder)
Set-Location -LiteralPath $Folder -ErrorAction Stop
"$PID 0 none" | Set-Content holder
$pause = 1
while (Test-Path routes) {
    foreach ($route in Get-Content routes) {
        Remove-Item connected -ErrorAction Ignore
        $words = @($route | ConvertFrom-Json)
        $start = [Diagnostics.ProcessStartInfo]::new($words[0])
        $start.UseShellExecute = $false
        $start.CreateNoWindow = $true
        $start.RedirectStandardError = $true
        $words[1..($words.Count - 1)] | ForEach-Object { $start.ArgumentList.Add($_) }
        $ssh = [Diagnostics.Process]::Start($start)
        $said = $ssh.StandardError.ReadToEndAsync()
        while (-not $ssh.WaitForExit(2000)) {
            if (-not (Test-Path routes)) { $ssh.Kill($true); exit }
        }
        $said.Result | Set-Content log
        if (Test-Path connected) { Remove-Item connected; $pause = 1 }
    }
    Start-Sleep -Seconds $pause
    $pause = [Math]::Min(30, $pause * 2)
}
