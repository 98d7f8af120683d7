/* Facts in the editor of rich text: the chooser, and how a fact stands in the text. */
(() => {
  const { draftail, React } = window;
  const { Modifier, EditorState } = window.DraftJS;

  class FactSource extends draftail.ModalWorkflowSource {
    getChooserConfig() {
      return {
        url: this.props.entityType.chooserUrls.factChooser,
        urlParams: {},
        onload: window.CHOOSER_MODAL_ONLOAD_HANDLERS,
        responses: { chosen: this.onChosen },
      };
    }

    filterEntityData(data) {
      return { id: data.id, value: data.value, hint: data.hint };
    }

    /* A fact is one thing: its name cannot be written into, and is deleted whole. */
    onChosen(data) {
      const { editorState, entityType, onComplete } = this.props;
      const content = editorState.getCurrentContent().createEntity(entityType.type, "IMMUTABLE", this.filterEntityData(data));
      const changed = Modifier.replaceText(
        content, editorState.getSelection(), data.title, null, content.getLastCreatedEntityKey(),
      );
      this.workflow.close();
      onComplete(EditorState.push(editorState, changed, "insert-characters"));
    }
  }

  const Fact = ({ contentState, entityKey, children }) => {
    const { value, hint } = contentState.getEntity(entityKey).getData();
    return React.createElement(
      "span",
      { className: value ? "portal-fact" : "portal-fact portal-fact--missing", "data-value": value || `– ${hint}` },
      children,
    );
  };

  draftail.registerPlugin({ type: "FACT", source: FactSource, decorator: Fact }, "entityTypes");
})();
