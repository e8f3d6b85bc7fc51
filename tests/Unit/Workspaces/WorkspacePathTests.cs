using Agentworks.Errors;
using Agentworks.Workspaces;

namespace Agentworks.Tests.Unit.Workspaces;

public sealed class WorkspacePathTests
{
    [Theory]
    [InlineData("/srv/app")]
    [InlineData("/opt/agentworks/workspaces/app-2")]
    [InlineData("/data/a/b.c/_d")]
    public void Places_that_are_free_for_all(string path) => WorkspacePath.Validate(path);

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("app")]
    [InlineData("/srv")]
    [InlineData("/srv/")]
    [InlineData("/srv/app/")]
    [InlineData("/srv/../etc/x")]
    [InlineData("/srv/./app")]
    [InlineData("/srv//app")]
    [InlineData("/etc/app")]
    [InlineData("/var/lib/app")]
    [InlineData("/home/user/app")]
    [InlineData("/srv/a b")]
    [InlineData("/srv/$(id)")]
    [InlineData("/srv/a\nb")]
    public void Places_that_are_not(string path) => Assert.Throws<InvalidRequestException>(() => WorkspacePath.Validate(path));

    [Theory]
    [InlineData("/srv/a", "/srv/a", true)]
    [InlineData("/srv/a", "/srv/a/b", true)]
    [InlineData("/srv/a/b", "/srv/a", true)]
    [InlineData("/srv/a", "/srv/ab", false)]
    public void One_in_the_other(string one, string other, bool overlap) => Assert.Equal(overlap, WorkspacePath.Overlap(one, other));
}
