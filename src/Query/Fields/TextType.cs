namespace Mayday.Query.Fields;

/// <summary>Names and other short texts, compared exactly. A bare word with a * is a glob over the whole text.</summary>
public class TextType : FieldType
{
    public static TextType Instance { get; } = new();

    public override FilterOperators Operators => FilterOperators.Text;

    public override bool IsOpen => true;

    public override ValueReading Read(FilterField field, FilterOperator op, WrittenText written) => ReadText(op, written);
}

/// <summary>Longer texts to search in: <c>text:word</c> finds the word anywhere, in any case.</summary>
public sealed class ProseType : TextType
{
    public static new ProseType Instance { get; } = new();

    public override FilterOperator Short => FilterOperator.Finds;
}
