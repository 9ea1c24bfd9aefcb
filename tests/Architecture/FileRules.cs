using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mayday.Architecture.Tests;

/// <summary>What is asked of source files. Each rule gives a line for each place that breaks it.</summary>
internal static partial class FileRules
{
    public const int MostLines = 400;

    /// <summary>Only src/Linux has unsafe code and calls the C library.</summary>
    public static IEnumerable<string> UnsafeOutsideLinux(IEnumerable<SourceFile> files) =>
        from file in files
        where file.Project != "Linux"
        from node in file.Root.DescendantNodesAndTokens()
        where node.IsKind(SyntaxKind.UnsafeKeyword)
            || (node.AsNode() is AttributeSyntax attribute && attribute.Name.ToString() is "LibraryImport" or "DllImport")
        select $"{file.Path}: {node}";

    /// <summary>A struct of the kernel, or a call of the C library, is declared once.</summary>
    public static IEnumerable<string> ImportsTwice(IEnumerable<SourceFile> files) =>
        from file in files
        from attribute in file.Root.DescendantNodes().OfType<AttributeSyntax>()
        where attribute.Name.ToString() is "LibraryImport" or "DllImport"
        let entry = attribute.ArgumentList?.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.ToString() == "EntryPoint")?.Expression.ToString()
        group file.Path by entry ?? "without EntryPoint" into places
        where places.Count() > 1 || places.Key == "without EntryPoint"
        select $"{places.Key}: {string.Join(", ", places)}";

    public static IEnumerable<string> NamespaceIsNotFolder(IEnumerable<SourceFile> files) =>
        from file in files
        where file.Types.Any()
        let folder = "Mayday." + string.Join('.', file.Path.Split('/')[1..^1])
        where file.Namespace != folder
        select $"{file.Path}: {file.Namespace}";

    public static IEnumerable<string> NotNamedLikeItsType(IEnumerable<SourceFile> files) =>
        from file in files
        where file.Types.Any() && file.Types.All(type => SourceFile.NameOf(type) != file.Name)
        select file.Path;

    /// <summary>
    /// A file has one main type. Records, enums, delegates, interfaces and exceptions may stand beside the type that they belong to, and so may extension
    /// methods for it, the parts of one section of settings, and the rows of one family of tables.
    /// </summary>
    public static IEnumerable<string> SecondMainType(IEnumerable<SourceFile> files) =>
        from file in files
        let main = file.Types.OfType<TypeDeclarationSyntax>().Where(IsMain).Select(SourceFile.NameOf).Distinct().ToArray()
        where main.Length > 1
        select file.Path;

    public static IEnumerable<string> NameTwice(IEnumerable<SourceFile> files) =>
        from file in files
        from type in file.Types
        where !type.Modifiers.Any(SyntaxKind.FileKeyword)
        let arity = type is TypeDeclarationSyntax { TypeParameterList.Parameters.Count: var count } ? count : 0
        group (file.Path, file.Namespace, IsPartial: type.Modifiers.Any(SyntaxKind.PartialKeyword)) by (Name: SourceFile.NameOf(type), arity) into places
        where places.Select(place => place.Namespace).Distinct().Count() > 1 || (places.Count() > 1 && places.Any(place => !place.IsPartial))
        select $"{places.Key.Name}: {string.Join(", ", places.Select(place => place.Path))}";

    public static IEnumerable<string> TooLong(IEnumerable<SourceFile> files) =>
        from file in files
        where file.Lines > MostLines
        select $"{file.Path}: {file.Lines} lines";

    /// <summary>Words that say nothing of what a type is for.</summary>
    public static IEnumerable<string> EmptyWords(IEnumerable<SourceFile> files) =>
        from file in files
        from type in file.Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
        where Words().Matches(type.Identifier.ValueText).Any(word => word.Value is "Manager" or "Helper" or "Helpers" or "Util" or "Utils" or "Info" or "Data")
        select type.Identifier.ValueText;

    /// <summary>Settings have one way into the program: options classes, bound and validated at the start.</summary>
    public static IEnumerable<string> SettingReadByHand(IEnumerable<SourceFile> files) =>
        from file in files
        where file.Project != "Hosting"
        from call in file.Root.DescendantNodes().OfType<InvocationExpressionSyntax>()
        where call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "GetValue" } access
            && Settings().IsMatch(access.Expression.ToString())
        select $"{file.Path}: {call}";

    private static bool IsMain(TypeDeclarationSyntax type) =>
        type is ClassDeclarationSyntax or StructDeclarationSyntax
        && !type.Modifiers.Any(SyntaxKind.FileKeyword)
        && !type.Identifier.ValueText.EndsWith("Exception", StringComparison.Ordinal)
        && !type.Identifier.ValueText.EndsWith("Options", StringComparison.Ordinal)
        && !type.Identifier.ValueText.EndsWith("Row", StringComparison.Ordinal)
        && !IsExtensions(type);

    private static bool IsExtensions(TypeDeclarationSyntax type) => type.Members.Any()
        && type.Members.OfType<MethodDeclarationSyntax>().Any(method => method.ParameterList.Parameters.FirstOrDefault()?.Modifiers.Any(SyntaxKind.ThisKeyword) == true);

    // The parsed command line has a GetValue too, so the receiver's name decides.
    [GeneratedRegex("(configuration|settings|config)$", RegexOptions.IgnoreCase)]
    private static partial Regex Settings();

    [GeneratedRegex("[A-Z][a-z0-9]*")]
    private static partial Regex Words();
}
