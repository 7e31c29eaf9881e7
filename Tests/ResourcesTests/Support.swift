import JSON
import Resources
import Testing

/// A manifest that stands in no file.
func manifest(_ kind: String, _ spec: String, metadata: String = #"{"name":"a"}"#) throws -> Document {
    let text = #"{"apiVersion":"projectcalico.org/v3","kind":"\#(kind)","metadata":\#(metadata),"spec":\#(spec)}"#
    return Document(try JSON.parse(Array(text.utf8)))
}

/// The error of a manifest, empty when it is taken.
func refusal(_ document: Document) -> String {
    do throws(ManifestError) {
        _ = try Resource(document)
        return ""
    } catch {
        return error.description
    }
}

/// What is made of a spec, as it is printed; and reading that again must change nothing.
func spec(_ kind: String, _ text: String) throws -> String {
    let resource = try Resource(try manifest(kind, text))
    #expect(try Resource(Document(resource.manifest)) == resource)
    return resource.object.spec.description
}
