using Agentworks.Platforms.Qemu;

namespace Agentworks.Tests.Unit.Platforms.Qemu;

public sealed class LayerTreeTests
{
    // image ─ a ─ b ─ c
    //             └── d
    private static readonly LayerRecord[] Layers = [new("image", null, "k"), new("a", "image", "k"), new("b", "a", "k"), new("c", "b", "k"), new("d", "b", "k")];

    [Fact]
    public void WhatNobodyNamesGoesFromTheTopDown()
    {
        var tree = new LayerTree(Layers, roots: ["image"], open: []);

        Assert.Equal(["c", "d", "b", "a"], tree.Unneeded());
    }

    [Fact]
    public void WhatLiesBelowSomethingNamedIsNeeded()
    {
        var tree = new LayerTree(Layers, roots: ["d"], open: []);

        Assert.Equal(["c"], tree.Unneeded());
        Assert.Equal(["d", "b", "a", "image"], tree.Chain("d"));
    }

    [Fact]
    public void OnlyLayersWithoutNameAndWithOneOnThemCanBeOneWithIt()
    {
        var tree = new LayerTree(Layers, roots: ["image", "c", "d"], open: []);

        // b carries two, so it stays; a carries b alone.
        Assert.Equal([("a", "b")], tree.Mergeable());
        Assert.Empty(tree.Unneeded());
    }

    [Fact]
    public void WhatARunningMachineHasOpenIsNotTouched()
    {
        var tree = new LayerTree(Layers, roots: ["c"], open: ["c"]);

        Assert.Equal(["d"], tree.Unneeded());
        Assert.Empty(tree.Mergeable());
    }

    [Fact]
    public void ExtentsOverlapByWhatBothCover()
    {
        LayerSizes.Extent[] lower = [new(0, 10, 0, true, true), new(20, 10, 0, true, true)];
        LayerSizes.Extent[] upper = [new(5, 20, 0, true, true)];

        Assert.Equal(10, LayerSizes.Overlap(lower, upper));
        Assert.Equal(0, LayerSizes.Overlap(lower, []));
    }
}
