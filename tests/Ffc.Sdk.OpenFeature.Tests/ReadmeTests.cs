using Ffc.EndToEnd.Tests.Docs;

namespace Ffc.Sdk.OpenFeature.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public void Every_code_block_of_the_README_compiles()
    {
        var blocks = MarkdownDocument.Read("src/Ffc.Sdk.OpenFeature/README.md").Blocks;

        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Empty(CSharpSnippet.GetErrors(block.Text)));
    }
}
