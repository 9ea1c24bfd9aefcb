using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mayday.Architecture.Tests;

/// <summary>A C# file of <c>src</c>, parsed: what the rules about files look at.</summary>
public sealed class SourceFile
{
    private SourceFile(string path, string text)
    {
        Path = path;
        Lines = text.Split('\n').Length - (text.EndsWith('\n') ? 1 : 0);
        Root = CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot();
    }

    /// <summary>From the repository's root, with slashes: src/Web/Api/ApiJson.cs.</summary>
    public string Path { get; }

    public int Lines { get; }

    public CompilationUnitSyntax Root { get; }

    /// <summary>The folder under src: Web.</summary>
    public string Project => Path.Split('/')[1];

    /// <summary>The file's name up to its first dot, since the parts of a partial class say after it which part they are.</summary>
    public string Name => Path.Split('/')[^1].Split('.')[0];

    public string? Namespace => Root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString();

    /// <summary>Types that are not inside another.</summary>
    public IEnumerable<MemberDeclarationSyntax> Types => Root.DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
        .OfType<MemberDeclarationSyntax>().Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    public static SourceFile Of(string path, string text) => new(path, text);

    /// <summary>Every file under src that is ours: not what a build has made.</summary>
    public static IReadOnlyList<SourceFile> All { get; } =
    [
        .. Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(path => System.IO.Path.GetRelativePath(Repository.Root, path))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(path => Of(path, File.ReadAllText(System.IO.Path.Combine(Repository.Root, path)))),
    ];

    public static string NameOf(MemberDeclarationSyntax type) => type switch
    {
        BaseTypeDeclarationSyntax declared => declared.Identifier.ValueText,
        DelegateDeclarationSyntax declared => declared.Identifier.ValueText,
        _ => "",
    };
}
