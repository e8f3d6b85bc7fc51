using Agentworks.Config;
using Agentworks.Errors;

namespace Agentworks.Tests.Unit.Config;

public sealed class SessionCommandTemplateTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("claude", "claude")]
    [InlineData("claude --name {{session_name}}", "claude --name s1")]
    [InlineData("{{workspace_name}}/{{session_name}}{{session_name}}", "app/s1s1")]
    [InlineData("docker ps --format '{{.Names}}'", "docker ps --format '{{.Names}}'")]
    [InlineData("{{ session_name }} {{}} {{ {{{session_name}}}", "{{ session_name }} {{}} {{ {s1}")]
    [InlineData("{{session_name}", "{{session_name}")]
    [InlineData("echo $HOME '%s' {session_name}", "echo $HOME '%s' {session_name}")]
    public void Known_placeholders_are_filled_in_and_the_rest_stays(string text, string expanded)
        => Assert.Equal(expanded, SessionCommandTemplate.Parse(text).Expand("s1", "app"));

    [Fact]
    public void What_is_filled_in_is_not_searched_again()
        => Assert.Equal("{{workspace_name}}", SessionCommandTemplate.Parse("{{session_name}}").Expand("{{workspace_name}}", "app"));

    [Theory]
    [InlineData("{{session}}")]
    [InlineData("x {{session_name}} {{agent_name}}")]
    [InlineData("{{{{vm}}}}")]
    public void Other_words_are_refused(string text)
    {
        var error = Assert.Throws<InvalidRequestException>(() => SessionCommandTemplate.Parse(text));

        Assert.Equal(text, error.Target);
    }

    [Fact]
    public void A_session_starts_again_with_its_other_command()
    {
        using var folder = new ConfigFolder();
        var config = folder.Read("""
            [session_templates.claude]
            command = "claude --name {{session_name}}"
            restart_command = "claude --resume {{session_name}}"
            env = { WS = "{{workspace_name}}!", RAW = "$HOME" }
            required_commands = ["claude"]
            [session_templates.plain]
            command = "top"
            """);
        var claude = config.ResolveSessionTemplate("claude");

        var first = claude.Launch("s1", "app", restart: false);

        Assert.Equal("claude --name s1", first.Command);
        Assert.Equal(("app!", "$HOME"), (first.Env["WS"], first.Env["RAW"]));
        Assert.Equal("claude --resume s1", claude.Launch("s1", "app", restart: true).Command);
        Assert.Equal("top", config.ResolveSessionTemplate("plain").Launch("s1", "app", restart: true).Command);
        Assert.Equal(["claude"], claude.RequiredCommands);
    }
}
