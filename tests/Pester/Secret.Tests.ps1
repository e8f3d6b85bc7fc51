# Where secrets come from. The module of SecretManagement's name is one of the tests' own: the real one could not be had here.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    if (-not $why) {
        $null = New-AgwWorkspace app
        $null = New-AgwAgent coder -Workspace app
    }

    # A vault whose secrets are files; what is asked for is written down.
    $vault = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "agentworks-vault-$([guid]::NewGuid().ToString('N'))")
    $fake = New-Item -ItemType Directory (Join-Path $vault 'Microsoft.PowerShell.SecretManagement')
    Set-Content (Join-Path $fake 'Microsoft.PowerShell.SecretManagement.psm1') @"
function Get-Secret {
    [CmdletBinding()] param([Parameter(Mandatory)] [string] `$Name)
    Add-Content '$vault/asked' "`$Name by `$([runspace]::DefaultRunspace.Id)"
    if (`$Name -eq 'LOCKED') { Write-Error 'the vault is locked' -Category AuthenticationError; return }
    if (-not (Test-Path "$vault/`$Name.txt")) { Write-Error "The secret `$Name was not found." -Category ObjectNotFound; return }
    ConvertTo-SecureString (Get-Content -Raw "$vault/`$Name.txt").TrimEnd("``n") -AsPlainText -Force
}
Export-ModuleMember Get-Secret
"@
    $modulesBefore = $env:PSModulePath
    $env:PSModulePath = "$vault$([IO.Path]::PathSeparator)$env:PSModulePath"
    function Set-Vault([string] $Name, [string] $Value) { Set-Content "$vault/$Name.txt" $Value }
    function Get-Asked { if (Test-Path "$vault/asked") { Get-Content "$vault/asked" } }
}

AfterAll {
    $env:PSModulePath = $modulesBefore
    Remove-Module Microsoft.PowerShell.SecretManagement -ErrorAction Ignore
    Remove-Item $vault -Recurse -Force
    Exit-TestMachine
}

Describe 'A secret' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }
    AfterEach {
        Get-AgwSession -NoStatus | Remove-AgwSession -Confirm:$false
        Remove-Item "$vault/*.txt", "$vault/asked" -ErrorAction Ignore
        $env:AGW_PESTER_ONE = $env:AGW_PESTER_TWO = $null
        Reset-TestConfig
    }

    It 'comes from the vault before the environment, and is asked for where the cmdlet runs' {
        Set-Vault AGW_PESTER_ONE 'from the vault'
        $env:AGW_PESTER_ONE = 'not me'
        $env:AGW_PESTER_TWO = 'from the environment'
        $null = New-AgwSession s1 app -Agent coder -SecretEnvironment @{ ONE = 'AGW_PESTER_ONE'; TWO = 'AGW_PESTER_TWO' } -Command 'printf "%s|%s" "$ONE" "$TWO" > two; sleep 1000'
        Wait-Until { (Invoke-AgwCommand 'cat two' -Workspace app).Output -eq 'from the vault|from the environment' }
        Get-Asked | Should -Contain "AGW_PESTER_ONE by $([runspace]::DefaultRunspace.Id)"
    }

    It 'is found anew by the same name when its session starts again' {
        Set-Vault AGW_PESTER_ONE 'first'
        $null = New-AgwSession s1 app -Agent coder -SecretEnvironment @{ ONE = 'AGW_PESTER_ONE' } -Command 'printf %s "$ONE" > one; sleep 1000'
        Set-Vault AGW_PESTER_ONE 'second'
        Restart-AgwSession s1
        Wait-Until { (Invoke-AgwCommand 'cat one' -Workspace app).Output -eq 'second' }
        Stop-AgwSession s1
        Start-AgwSession s1 -SecretEnvironment @{ ONE = (ConvertTo-SecureString 'given' -AsPlainText -Force) }
        Wait-Until { (Invoke-AgwCommand 'cat one' -Workspace app).Output -eq 'given' }
    }

    It 'that a template names reaches commands' {
        Reset-TestConfig '[agent_templates.default]', 'env = { TOKEN = { secret = "AGW_PESTER_ONE" } }'
        Set-Vault AGW_PESTER_ONE 'in the vault'
        (Invoke-AgwCommand 'printf %s "$TOKEN"' -Agent coder).Output | Should -Be 'in the vault'
    }

    It 'that is missing is an error that names it, and all others that are' {
        New-AgwSession s1 app -Agent coder -SecretEnvironment @{ ONE = 'AGW_PESTER_ONE'; TWO = 'AGW_PESTER_TWO' } -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'SecretMissing,*'
        "$($problems[0])" | Should -BeLike '*AGW_PESTER_ONE*AGW_PESTER_TWO*'
        Get-AgwSession -NoStatus | Should -BeNullOrEmpty
    }

    It 'in a vault that is locked is told of' {
        New-AgwSession s1 app -Agent coder -SecretEnvironment @{ ONE = 'LOCKED' } -ErrorAction SilentlyContinue -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '*the vault is locked*'
    }

    It 'is not asked for where nobody can be asked' {
        $said = Invoke-Pwsh "`$env:PSModulePath = '$env:PSModulePath'; try { New-AgwSession s1 app -Agent coder -SecretEnvironment @{ ONE = 'AGW_PESTER_ONE' } -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId; `"`$_`" }"
        "$said" | Should -BeLike 'SecretMissing,*AGW_PESTER_ONE*'
    }
}
