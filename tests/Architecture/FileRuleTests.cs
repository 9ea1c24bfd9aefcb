namespace Mayday.Architecture.Tests;

/// <summary>The rules on the sources, and each rule on a source that breaks it: a rule that cannot fail holds nothing.</summary>
public sealed class FileRuleTests
{
    [Fact]
    public void Sources_AreFound() => Assert.True(SourceFile.All.Count > 500);

    [Fact]
    public void UnsafeCode_IsInLinuxOnly()
    {
        Assert.Empty(FileRules.UnsafeOutsideLinux(SourceFile.All));
        Assert.NotEmpty(FileRules.UnsafeOutsideLinux([SourceFile.Of("src/Web/A.cs", "unsafe class A { }")]));
        Assert.NotEmpty(FileRules.UnsafeOutsideLinux([SourceFile.Of("src/Web/A.cs", "partial class A { [LibraryImport(\"libc\")] static partial int M(); }")]));
        Assert.Empty(FileRules.UnsafeOutsideLinux([SourceFile.Of("src/Linux/A.cs", "unsafe class A { }")]));
    }

    [Fact]
    public void CallsOfTheCLibrary_AreDeclaredOnce()
    {
        const string call = "partial class A { [LibraryImport(\"libc\", EntryPoint = \"poll\")] static partial int M(); }";
        Assert.Empty(FileRules.ImportsTwice(SourceFile.All));
        Assert.NotEmpty(FileRules.ImportsTwice([SourceFile.Of("src/Linux/A.cs", call), SourceFile.Of("src/Linux/B.cs", call)]));
    }

    [Fact]
    public void Namespace_IsTheFolder()
    {
        Assert.Empty(FileRules.NamespaceIsNotFolder(SourceFile.All));
        Assert.NotEmpty(FileRules.NamespaceIsNotFolder([SourceFile.Of("src/Web/Api/A.cs", "namespace Mayday.Web; class A { }")]));
    }

    [Fact]
    public void File_IsNamedLikeItsType()
    {
        Assert.Equal(Exceptions.NotNamedLikeAType, FileRules.NotNamedLikeItsType(SourceFile.All));
        Assert.NotEmpty(FileRules.NotNamedLikeItsType([SourceFile.Of("src/Web/A.cs", "class B { }")]));
        Assert.Empty(FileRules.NotNamedLikeItsType([SourceFile.Of("src/Web/A.Part.cs", "partial class A { }")]));
    }

    [Fact]
    public void File_HasOneMainType()
    {
        Assert.Equal(Exceptions.SeveralMainTypes, FileRules.SecondMainType(SourceFile.All));
        Assert.NotEmpty(FileRules.SecondMainType([SourceFile.Of("src/Web/A.cs", "class A { } class B { }")]));
        Assert.Empty(FileRules.SecondMainType([SourceFile.Of("src/Web/A.cs", "class A { class B { } } record C; enum D { }")]));
    }

    [Fact]
    public void TypeName_StandsOnce()
    {
        Assert.Empty(FileRules.NameTwice(SourceFile.All));
        Assert.NotEmpty(FileRules.NameTwice([SourceFile.Of("src/Web/A.cs", "namespace X; class A { }"), SourceFile.Of("src/Cli/A.cs", "namespace Y; class A { }")]));
        Assert.NotEmpty(FileRules.NameTwice([SourceFile.Of("src/Web/A.cs", "namespace X; partial class A { }"), SourceFile.Of("src/Cli/A.cs", "namespace Y; partial class A { }")]));
        Assert.Empty(FileRules.NameTwice([SourceFile.Of("src/Web/A.cs", "namespace X; partial class A { }"), SourceFile.Of("src/Web/A.B.cs", "namespace X; partial class A { }")]));
    }

    [Fact]
    public void File_IsNotTooLong()
    {
        Assert.Equal(Exceptions.TooLong, FileRules.TooLong(SourceFile.All).Select(line => line.Split(':')[0]));
        Assert.NotEmpty(FileRules.TooLong([SourceFile.Of("src/Web/A.cs", new string('\n', FileRules.MostLines + 1))]));
        Assert.Empty(FileRules.TooLong([SourceFile.Of("src/Web/A.cs", new string('\n', FileRules.MostLines))]));
    }

    [Fact]
    public void TypeName_HasNoEmptyWord()
    {
        Assert.Equal(Exceptions.EmptyWords, FileRules.EmptyWords(SourceFile.All));
        Assert.NotEmpty(FileRules.EmptyWords([SourceFile.Of("src/Web/A.cs", "class CrashManager { }")]));
        Assert.Empty(FileRules.EmptyWords([SourceFile.Of("src/Web/A.cs", "class Datagram { } class Database { }")]));
    }

    [Fact]
    public void Settings_AreReadInOptionsClasses()
    {
        Assert.Empty(FileRules.SettingReadByHand(SourceFile.All));
        Assert.NotEmpty(FileRules.SettingReadByHand([SourceFile.Of("src/Web/A.cs", "class A { int M(IConfiguration configuration) => configuration.GetValue<int>(\"A\"); }")]));
        Assert.NotEmpty(FileRules.SettingReadByHand([SourceFile.Of("src/Web/A.cs", "class A { int M() => builder.Configuration.GetValue(\"A\", 1); }")]));
    }
}
