# What Get-Help shows for every cmdlet, and that its examples are PowerShell that the module understands.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot '../../out/Agentworks')
    $cmdlets = (Get-Command -Module Agentworks).Name
    $examples = foreach ($name in $cmdlets) {
        foreach ($example in (Get-Help $name).examples.example) {
            @{ Cmdlet = $name; Title = $example.title; Code = $example.code }
        }
    }
}

Describe 'Help of <_>' -ForEach $cmdlets {
    BeforeAll {
        $name = $_
        $help = Get-Help $name -Full
        $common = [Management.Automation.PSCmdlet]::CommonParameters
    }

    It 'tells what it is for' {
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -BeLike "$name *"   # the syntax stands there when no page was found
        $help.description.Text | Should -Not -BeNullOrEmpty
    }

    It 'describes every parameter' {
        $described = $help.parameters.parameter | Where-Object { $_.description.Text } | ForEach-Object name
        (Get-Command $name).Parameters.Keys | Where-Object { $_ -notin $common } | Where-Object { $_ -notin $described } | Should -BeNullOrEmpty
    }

    It 'has a syntax for every parameter set' {
        @($help.syntax.syntaxItem).Count | Should -Be (Get-Command $name).ParameterSets.Count
    }

    It 'shows one parameter' {
        foreach ($parameter in $help.parameters.parameter.name) {
            (Get-Help $name -Parameter $parameter).name | Should -Be $parameter
        }
    }

    It 'links to what is there' {
        foreach ($link in $help.relatedLinks.navigationLink.linkText) {
            Get-Help $link -ErrorAction Stop | Should -Not -BeNullOrEmpty
        }
    }
}

Describe '<Title> of <Cmdlet>' -ForEach $examples {
    It 'is understood' {
        $errors = $null
        $tree = [Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $errors)
        $errors | Should -BeNullOrEmpty

        $commands = $tree.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)
        $commands | ForEach-Object { $_.GetCommandName() } | Should -Contain $Cmdlet
        foreach ($command in $commands | Where-Object { $_.GetCommandName() -like '*-Agw*' }) {
            $known = Get-Command $command.GetCommandName() -ErrorAction Stop
            foreach ($parameter in $command.CommandElements | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] }) {
                { $known.ResolveParameter($parameter.ParameterName) } | Should -Not -Throw
            }
        }
    }
}

Describe 'The topic <_>' -ForEach 'about_Agentworks', 'about_Agentworks_Sessions', 'about_Agentworks_Config', 'about_Agentworks_Git', 'about_Agentworks_Network', 'about_Agentworks_Platforms', 'about_Agentworks_Security' {
    It 'is found and fits the console' {
        $text = Get-Help $_ | Out-String
        $text | Should -Match 'SHORT DESCRIPTION'
        $text -split '\r?\n' | Where-Object Length -GT 90 | Should -BeNullOrEmpty
    }
}
