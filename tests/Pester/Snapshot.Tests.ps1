# What scripts rely on, written down, so that a breaking change is seen. AGENTWORKS_UPDATE_SNAPSHOTS=1 writes it down anew.

BeforeAll {
    . $PSScriptRoot/Common.ps1

    function Assert-Snapshot([string] $File, [string[]] $Lines) {
        $path = Join-Path $PSScriptRoot $File
        if ($env:AGENTWORKS_UPDATE_SNAPSHOTS) { Set-Content $path $Lines }
        $Lines | Should -BeExactly (Get-Content $path)
    }
}

Describe 'Snapshots' {
    It 'hold the syntax of every cmdlet' {
        $lines = Get-Command -Module Agentworks | Sort-Object Name | ForEach-Object { ((Get-Command $_.Name -Syntax) -split '\r?\n').Trim() } | Where-Object { $_ }
        Assert-Snapshot 'syntax.txt' $lines
    }

    It 'hold the id and category of every error' {
        $base = Get-EngineType 'Agentworks.Errors.AgentworksException'
        $lines = $base.Assembly.GetTypes() | Where-Object { $_.IsSubclassOf($base) -and -not $_.IsAbstract } | ForEach-Object {
            $failure = [Runtime.CompilerServices.RuntimeHelpers]::GetUninitializedObject($_)
            "$($failure.ErrorId) $($failure.Kind)"
        } | Sort-Object -CaseSensitive
        [enum]::GetNames([Management.Automation.ErrorCategory]) | Should -Contain ($lines[0] -split ' ')[1]
        Assert-Snapshot 'error-ids.txt' $lines
    }
}
