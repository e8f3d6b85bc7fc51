using System.Text;
using System.Text.Json;
using Agentworks.OperatorFiles;

namespace Agentworks.Tests.Unit.OperatorFiles;

public sealed class CodeWorkspaceTextTests
{
    private readonly CodeWorkspaceText _text = new("owner");

    [Fact]
    public void It_names_the_folder_on_the_machine_and_whose_it_is()
    {
        var file = _text.Render(null, "id1", "awvm--dev", "/opt/work/app");
        var json = JsonDocument.Parse(file).RootElement;
        Assert.Equal("vscode-remote://ssh-remote+awvm--dev/opt/work/app", json.GetProperty("folders")[0].GetProperty("uri").GetString());
        Assert.Equal("ssh-remote+awvm--dev", json.GetProperty("remoteAuthority").GetString());
        Assert.Equal("id1", _text.IdOf(file));
        Assert.Null(new CodeWorkspaceText("another").IdOf(file));
        Assert.Same(file, _text.Render(file, "id1", "awvm--dev", "/opt/work/app"));
    }

    [Fact]
    public void What_the_operator_added_stays()
    {
        var file = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(_text.Render(null, "id1", "a", "/opt/x"))
            .Replace("\"remoteAuthority\"", "// mine\n\"settings\": { \"editor.fontSize\": 20, },\n\"remoteAuthority\"", StringComparison.Ordinal));
        Assert.Same(file, _text.Render(file, "id1", "a", "/opt/x"));
        var json = JsonDocument.Parse(_text.Render(file, "id1", "a", "/srv/y")).RootElement;
        Assert.Equal(20, json.GetProperty("settings").GetProperty("editor.fontSize").GetInt32());
        Assert.EndsWith("/srv/y", json.GetProperty("folders")[0].GetProperty("uri").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{ \"folders\": 3 }")]
    [InlineData("{ \"agentworks\": 3 }")]
    [InlineData("{ \"agentworks\": { \"owner\": 1 } }")]
    [InlineData("{ \"a\": 1, \"a\": 2 }")]
    public void What_is_not_ours_is_nobodys(string text) => Assert.Null(_text.IdOf(Encoding.UTF8.GetBytes(text)));
}
