# Get-AgwCatalogEntry.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $folder = Enter-TestHome
    $null = New-Item -ItemType Directory $folder
    @'
[user_install_commands.uv]
description = "our uv"
command = "install-uv"
test_exec = "uv"
[apt_packages.mine]
apt = ["mine", "more"]
apt_sources = ["hashicorp"]
'@ | Set-Content (Join-Path $folder 'config.toml')
}

AfterAll { Exit-TestHome }

Describe 'The catalog' {
    It 'lists what is built in and what the configuration adds' {
        $entries = Get-AgwCatalogEntry
        ($entries | Where-Object Type -EQ 'apt-source').Name | Should -Be 'github-cli', 'hashicorp', 'mise', 'nodesource-v22', 'tailscale', 'tofuutils-tenv'
        ($entries | Where-Object Type -EQ 'apt-package').Name | Should -Be 'gh', 'mine', 'mise', 'nodejs', 'tailscale', 'tenv', 'terraform'
        ($entries | Where-Object Type -EQ 'system-install-cmd').Name | Should -Be 'az-cli'
        ($entries | Where-Object Type -EQ 'user-install-cmd').Name | Should -Be 'bun', 'claude', 'fnm', 'nvm', 'oh-my-zsh', 'starship', 'uv'
        foreach ($entry in $entries | Where-Object Source -EQ built-in) { $entry.Description | Should -Not -BeNullOrEmpty }
    }

    It 'tells an entry that hides a built-in one' {
        $uv = Get-AgwCatalogEntry uv
        $uv.Source | Should -Be 'custom'
        $uv.Overrides | Should -BeTrue
        $uv.Command | Should -Be 'install-uv'
        (Get-AgwCatalogEntry -Source custom | Where-Object Overrides -EQ $false).Name | Should -Be 'mine'
    }

    It 'is narrowed by name, type and source' {
        (Get-AgwCatalogEntry m*, gh -Type apt-package).Name | Should -Be 'mine', 'mise', 'gh'
        ('uv', 'mine' | Get-AgwCatalogEntry).Name | Should -Be 'uv', 'mine'
        (Get-AgwCatalogEntry mise).Type | Should -Be 'apt-source', 'apt-package'
        Get-AgwCatalogEntry no-such-* | Should -BeNullOrEmpty
        Get-AgwCatalogEntry -Type user-install-cmd -Source custom | ForEach-Object Name | Should -Be 'uv'
    }

    It 'has no entry by a wrong name' {
        Get-AgwCatalogEntry nodjs, uv -ErrorAction SilentlyContinue -ErrorVariable wrong | ForEach-Object Name | Should -Be 'uv'
        $wrong[0].FullyQualifiedErrorId | Should -BeLike 'NotFound,*'
        $wrong[0].TargetObject | Should -Be 'nodjs'
    }

    It 'completes names, of the type that the line names' {
        (Complete 'Get-AgwCatalogEntry -Type apt-package -Name t').CompletionText | Should -Be 'tailscale', 'tenv', 'terraform'
        (Complete 'Get-AgwCatalogEntry -Type user').CompletionText | Should -Be 'user-install-cmd'
    }

    It 'shows what an entry has and nothing else' {
        $list = Get-AgwCatalogEntry mine | Format-List | Out-String
        $list | Should -Match 'Apt\s+: mine, more'
        $list | Should -Not -Match 'Command'
        Get-AgwCatalogEntry uv | Format-Table | Out-String | Should -Match 'custom \*'
    }
}
