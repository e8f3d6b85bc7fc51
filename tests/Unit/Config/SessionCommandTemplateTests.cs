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
}
