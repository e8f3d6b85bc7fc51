using Agentworks.Errors;
using Agentworks.Provisioning.Users;
using Agentworks.Tests.Unit.Config;

namespace Agentworks.Tests.Unit.Provisioning.Users;

public sealed class UserSetupPlanTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AUserWithoutWishesGetsNoFiles()
    {
        var plan = Plan(string.Empty);
        Assert.Equal(["agent-mise-config", "agent-mise-lock", "agent-shell-files"], plan.ToSteps().Select(step => step.Name));
        Assert.Equal(string.Empty, plan.ToSteps()[^1].Variables["agw_profile"]);
        Assert.Equal(string.Empty, plan.ToSteps()[^1].Variables["agw_interactive"]);
    }

    [Fact]
    public void WhatOneStepNeedsComesBeforeIt()
    {
        Directory.CreateDirectory(Path.Combine(_folder.UserHome, "dots"));
        var plan = Plan("""
            dotfiles_source = "~/dots"
            mise_packages = ["jq"]
            user_install_commands = ["claude", "uv"]
            claude_marketplaces = ["a/b"]
            claude_plugins = ["c@b"]
            """);
        Assert.Equal(
            [
                "agent-dotfiles", "agent-dotfiles-install", "agent-mise-config", "agent-mise-lock", "agent-mise-tools", "agent-mise-prune",
                "agent-install-claude", "agent-install-uv", "agent-shell-files", "agent-claude-marketplaces", "agent-claude-plugins",
            ],
            plan.ToSteps().Select(step => step.Name));
        Assert.DoesNotContain(plan.ToSteps(), step => step.Fatal);
    }

    [Fact]
    public void OnlyAnAgentCanNeverGainPrivileges()
    {
        Assert.Equal("1", Plan(string.Empty).ToSteps()[0].Variables["agw_locked"]);
        var settings = _folder.Read(string.Empty);
        Assert.Equal(string.Empty, UserSetupResolver.Resolve(settings, settings.Admin, "admin", "agentworks").ToSteps()[0].Variables["agw_locked"]);
    }

    [Fact]
    public void MiseIsToldEachToolOnce()
    {
        var text = Plan("""mise_packages = ["node@22", "npm:@scope/tool", "npm:@scope/other@1.2", "node@20", "go:a/b\"c"]""")
            .ToSteps().Single(step => step.Name == "agent-mise-config").Variables["agw_text"];
        Assert.EndsWith(
            """

            [settings]
            minimum_release_age = "7d"

            [tools]
            "node" = ["22", "20"]
            "npm:@scope/tool" = "latest"
            "npm:@scope/other" = "1.2"
            "go:a/b\"c" = "latest"

            """,
            text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AnyReleaseWillDoWhenNoAgeIsAskedFor()
        => Assert.DoesNotContain("settings", Plan("mise_packages = [\"jq\"]\nmise_install_before = \"\"").ToSteps().Single(step => step.Name == "agent-mise-config").Variables["agw_text"], StringComparison.Ordinal);

    [Theory]
    [InlineData("dotfiles_source = '~/nowhere'")]
    [InlineData("mise_lockfile = '~/nowhere'")]
    public void WhatIsNotOnThisComputerIsToldAtOnce(string template) => Assert.Throws<NotFoundException>(() => Plan(template));

    [Fact]
    public void ALargeFolderDoesNotTravelInTheScript()
    {
        var dots = Path.Combine(_folder.UserHome, "dots");
        Directory.CreateDirectory(dots);
        File.WriteAllText(Path.Combine(dots, "small"), "x");
        Assert.Null(Dotfiles().Content);
        File.WriteAllBytes(Path.Combine(dots, "large"), Random.Shared.GetItems([.. Enumerable.Range(0, 256).Select(n => (byte)n)], 300_000));
        Assert.NotNull(Dotfiles().Content);
        Assert.True(Dotfiles().Variables.Values.Sum(value => value.Length) < 50_000);

        Agentworks.Provisioning.ProvisionStep Dotfiles() => Plan("dotfiles_source = '~/dots'").ToSteps()[0];
    }

    private UserSetupPlan Plan(string template)
    {
        var settings = _folder.Read("[agent_templates.default]\n" + template);
        return UserSetupResolver.Resolve(settings, settings.ResolveAgentTemplate(null), "agent", "agt-x");
    }
}
