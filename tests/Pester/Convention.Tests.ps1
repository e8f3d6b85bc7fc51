# What holds for every cmdlet of the module, also for those that are yet to come.

BeforeDiscovery {
    . $PSScriptRoot/Common.ps1
    $cmdlets = Get-Command -Module Agentworks | ForEach-Object { @{ Name = $_.Name } }
    $changing = $cmdlets | Where-Object { $_.Name -match '^(New|Start|Stop|Restart|Initialize|Remove|Grant|Revoke|Send|Invoke|Set|Add|Update|Copy|Move)-' }
}

Describe 'The manifest' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $manifest = Test-ModuleManifest $module
        $data = Import-PowerShellDataFile $module
    }

    It 'exports each cmdlet by name and nothing else' {
        $classes = (Get-Module Agentworks).ImplementingAssembly, [AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object { $_ } |
            Where-Object { $_ -and $_.GetName().Name -eq 'Agentworks.PowerShell' } | Select-Object -First 1 | ForEach-Object { $_.GetExportedTypes() } |
            Where-Object { -not $_.IsAbstract -and $_.IsSubclassOf([Management.Automation.PSCmdlet]) }
        $data.CmdletsToExport | Should -Not -Contain '*'
        $data.CmdletsToExport.Count | Should -Be @($classes).Count
        $data.CmdletsToExport | Sort-Object | Should -Be ((Get-Command -Module Agentworks).Name | Sort-Object)
        (Get-Module Agentworks).ExportedFunctions.Count + (Get-Module Agentworks).ExportedAliases.Count | Should -Be 0
    }

    It 'lists its files, and they are there' {
        $data.FileList | Should -Not -BeNullOrEmpty
        foreach ($file in $data.FileList) { Join-Path (Split-Path $module) $file | Should -Exist }
    }

    It 'says for whom it is' {
        $manifest.CompatiblePSEditions | Should -Be 'Core'
        $manifest.PowerShellVersion | Should -Be '7.4'
        $manifest.Tags | Should -Contain 'PSEdition_Core'
    }
}

Describe '<Name>' -ForEach $cmdlets {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $command = Get-Command $Name
        $type = $command.ImplementingType
        $attribute = $type.GetCustomAttributes([Management.Automation.CmdletAttribute], $false)[0]
        $own = $command.Parameters.Values | Where-Object { $_.Name -notin [Management.Automation.PSCmdlet]::CommonParameters + 'WhatIf', 'Confirm' }
    }

    It 'has an approved verb and a singular noun with the prefix' {
        (Get-Verb).Verb | Should -Contain $command.Verb
        $command.Noun | Should -CMatch '^Agw[A-Z]'
        $command.Noun | Should -Match '([^s]|Access|Status)$'
    }

    It 'is a class named after it' {
        $type.Name | Should -BeExactly "$($command.Verb)$($command.Noun)Command"
        $type.IsSealed | Should -BeTrue
        [IDisposable].IsAssignableFrom($type) | Should -BeTrue
    }

    It 'says what it writes' {
        $command.OutputType | Should -Not -BeNullOrEmpty
    }

    It 'has completers on every parameter that takes a name' {
        $named = $own | Where-Object { $_.ParameterType.Name -match 'Argument(\[\])?$' -or $_.Name -in 'Template', 'Platform', 'Key' }
        $named | Where-Object { -not ($_.Attributes | Where-Object { $_ -is [Management.Automation.ArgumentCompleterAttribute] }) } |
            ForEach-Object Name | Should -BeNullOrEmpty
    }

    It 'takes at most one thing from the pipeline by value in each parameter set' {
        foreach ($set in $command.ParameterSets) {
            @($set.Parameters | Where-Object ValueFromPipeline).Count | Should -BeLessOrEqual 1
        }
    }

    It 'gives every position once in each parameter set' {
        foreach ($set in $command.ParameterSets) {
            $positions = $set.Parameters | Where-Object Position -GE 0 | ForEach-Object Position
            @($positions).Count | Should -Be @($positions | Select-Object -Unique).Count
        }
    }

    It 'has a default parameter set when it has several' {
        if ($command.ParameterSets.Count -gt 1) { $command.DefaultParameterSet | Should -Not -BeNullOrEmpty }
    }

    It 'asks for confirmation by itself exactly when it destroys data' {
        ($attribute.SupportsShouldProcess -and $attribute.ConfirmImpact -eq 'High') | Should -Be ($command.Verb -eq 'Remove' -or $Name -eq 'Restore-AgwSnapshot')
    }

    It 'has help with two examples at least' {
        @((Get-Help $Name -Full).examples.example | Where-Object { $_ }).Count | Should -BeGreaterOrEqual 2
    }
}

Describe '<Name> changes things' -ForEach $changing {
    It 'and so has -WhatIf and -Confirm' {
        (Get-Command $Name).Parameters.Keys | Should -Contain 'WhatIf'
        (Get-Command $Name).Parameters.Keys | Should -Contain 'Confirm'
    }
}

Describe 'A piped <Type>' -ForEach @(
    @{ Type = 'AgwVm'; Property = 'Vm' }
    @{ Type = 'AgwWorkspace'; Property = 'Workspace' }
    @{ Type = 'AgwAgent'; Property = 'Agent' }
    @{ Type = 'AgwSession'; Property = 'Session' }
    @{ Type = 'AgwSnapshot'; Property = 'Snapshot' }
) {
    It 'is known by its name under <Property>, the parameter of other cmdlets' {
        . $PSScriptRoot/Common.ps1
        $object = [Runtime.CompilerServices.RuntimeHelpers]::GetUninitializedObject((Get-EngineType "Agentworks.Model.$Type"))
        $object.PSObject.Properties[$Property] | Should -BeOfType ([Management.Automation.PSAliasProperty])
        $object.PSObject.Properties[$Property].ReferencedMemberName | Should -Be 'Name'
    }
}

Describe 'The views' {
    BeforeDiscovery {
        . $PSScriptRoot/Common.ps1
        $written = Get-Command -Module Agentworks | ForEach-Object OutputType | Where-Object { $_.Name -like 'Agentworks.*' } |
            ForEach-Object Name | Sort-Object -Unique | ForEach-Object { @{ TypeName = $_ } }
    }

    It 'show <TypeName> as a list, and as a table or in a way of its own' -ForEach $written {
        . $PSScriptRoot/Common.ps1
        $views = (Get-FormatData -TypeName $TypeName -PowerShellVersion $PSVersionTable.PSVersion).FormatViewDefinition.Control
        $views | ForEach-Object { $_.GetType().Name } | Should -Contain 'ListControl'
        if ($TypeName -ne 'Agentworks.Model.AgwConfig') {
            $views | Where-Object { $_.GetType().Name -in 'TableControl', 'CustomControl' } | Should -Not -BeNullOrEmpty
            $columns = @($views | Where-Object { $_ -is [Management.Automation.TableControl] } | ForEach-Object { $_.Rows[0].Columns.Count })
            $columns | ForEach-Object { $_ | Should -BeGreaterOrEqual 3; $_ | Should -BeLessOrEqual 6 }
        }
    }
}
